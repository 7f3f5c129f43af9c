"""What an error looks like from outside: ours by their code, everything else masked, with an id that is in the log."""

import re
import traceback
from pathlib import Path
from typing import Any

import structlog
from graphql import GraphQLError

from core.kernel.errors import DomainError
from core.kernel.graphql.refusals import refusal, refused
from core.kernel.ids import new_id

FAULT = "__touchstone_fault__"
SUGGESTION = re.compile(r"\s*Did you mean [^?]*\?")
log = structlog.get_logger("touchstone.gateway")


def presented(error: Exception, correlation_id: str) -> Exception:
    """Give the error as the client may see it.

    Args:
        error: What was raised while a field was resolved or completed.
        correlation_id: The request's, for the log.
    """
    if isinstance(error, GraphQLError) and (has_code(error) or error.path is not None):
        return error
    if isinstance(error, DomainError):
        return refused(error)
    if isinstance(error, GraphQLError) and error.nodes:
        return refusal("gateway.bad_arguments", without_suggestions(error.message))
    return masked(error, correlation_id)


def masked(error: BaseException, correlation_id: str) -> GraphQLError:
    """Hide an error nobody foresaw, and write down where it happened, never what it said: that may be personal data."""
    fault = getattr(error, FAULT, None)
    if fault is None:
        fault = new_id().hex
        log.error("gateway.internal", fault=fault, request=correlation_id, **told(error))
        mark(error, fault)
    return refusal(
        "gateway.internal",
        "Something went wrong on our side.",
        hint="Try again; if it stays, report it with the fault's id.",
        fault=fault,
    )


def mark(error: BaseException, fault: str) -> None:
    """Remember the id of an error that several fields share, so that it is logged once."""
    try:
        setattr(error, FAULT, fault)
    except AttributeError:
        return


def told(error: BaseException) -> dict[str, Any]:
    """Tell what kind of error it was and where it happened."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    where = [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
    cause = getattr(error, "orig", None) or error.__cause__
    return {
        "error": type(error).__qualname__,
        "sqlstate": getattr(getattr(error, "orig", None), "sqlstate", None),
        "cause": type(cause).__qualname__ if cause else None,
        "where": where,
    }


def has_code(error: GraphQLError) -> bool:
    """Tell whether an error is one of ours."""
    return bool(error.extensions and "code" in error.extensions)


def without_suggestions(message: str) -> str:
    """Take guesses at other names out of a message: they tell what the schema holds."""
    return SUGGESTION.sub("", message)
