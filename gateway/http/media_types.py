"""Which form of answer a client wants: its Accept header, ranked (RFC 9110, section 12.5.1)."""

from functools import lru_cache

from core.kernel.frozen import frozen

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"
LONGEST_ACCEPT = 2_000
EVERYTHING = ("*/*", "application/*")


@frozen
class Wanted:
    """What a client accepts.

    Attributes:
        answer: The media type of a single answer; none where the client takes no JSON.
        events: Whether it takes a stream of events.
    """

    answer: str | None
    events: bool


def wanted(accept: str | None) -> Wanted:
    """Read an Accept header.

    Clients such as urql accept streams and single answers in one header, for whatever the operation turns out to be:
    so both are told, and the operation decides. Without a header the answer is plain JSON, as the GraphQL over HTTP
    draft asks for old clients.
    """
    return read_accept(accept[:LONGEST_ACCEPT]) if accept and accept.strip() else Wanted(JSON, events=False)


@lru_cache(maxsize=256)
def read_accept(accept: str) -> Wanted:
    """Read a header that says something; clients say the same every time."""
    weights = ranked(accept)
    everything = max((weights.get(one, 0.0) for one in EVERYTHING), default=0.0)
    response, plain = weights.get(RESPONSE, everything), weights.get(JSON, everything)
    if max(response, plain) <= 0:
        answer = None
    elif plain <= 0 or (RESPONSE in weights and response >= plain):
        answer = RESPONSE
    else:
        answer = JSON
    return Wanted(answer, events=weights.get(EVENTS, weights.get("text/*", 0.0)) > 0)


def ranked(accept: str) -> dict[str, float]:
    """Give the weight of each media range; an unreadable weight counts as none."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media:
            weights[media] = weight(parameters)
    return weights


def weight(parameters: list[str]) -> float:
    """Give the value of ``q``, 1 where it is not there."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
