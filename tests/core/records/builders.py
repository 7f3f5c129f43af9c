"""Small builders of logs, mappings and streams."""

import gzip
import io
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from core.records.logs.bounds import STANDARD_BOUNDS, Bounds
from core.records.logs.sources import LogStream
from core.records.mappings.loading import parse_mapping
from core.records.mappings.schema import LogMapping

NAMESPACE = "http://www.xes-standard.org/"

Events = Sequence[Mapping[str, str]]


def stream_of(content: bytes, name: str = "log.xes", bounds: Bounds = STANDARD_BOUNDS) -> LogStream:
    return LogStream(io.BytesIO(content), name, bounds)


def attribute(key: str, value: str, tag: str = "string", inner: str = "") -> str:
    return f"<{tag} key={quoteattr(key)} value={quoteattr(value)}>{inner}</{tag}>"


def xes_trace(name: str | None, events: Events, **attributes: str) -> str:
    said = ({} if name is None else {"concept:name": name}) | attributes
    lines = [attribute(key, value) for key, value in said.items()]
    lines += [
        "<event>" + "".join(attribute(key, value) for key, value in event.items()) + "</event>" for event in events
    ]
    return "<trace>" + "".join(lines) + "</trace>"


def xes_log(*traces: str, namespace: str = f'xmlns="{NAMESPACE}"') -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log {namespace}>{"".join(traces)}</log>'.encode()


def zipped(content: bytes) -> bytes:
    return gzip.compress(content)


def event(step: str, at: str, **others: str) -> dict[str, str]:
    return {"concept:name": step, "time:timestamp": at, **others}


MAPPING: dict[str, Any] = {
    "mapping": "1",
    "name": "Helpdesk",
    "tenant": {"first_event": "country", "fold": "lower", "placeholders": {"0": "unknown"}},
    "record": {"standard": {"fixed": "incident-handling"}, "channel": {"fixed": "phone"}},
    "step": {
        "key": {"event": "concept:name", "fold": "snake"},
        "status": {"event": "status"},
        "occurred_at": {"event": "time:timestamp"},
        "performer": {"event": "who", "nobody": ["Robot"]},
    },
    "first_response": {"step": "accepted"},
    "resolved": {"step": "completed"},
    "closed": {"step": "completed", "status": "closed"},
}


def mapping(**changes: Any) -> LogMapping:
    """A mapping of a small helpdesk; parts given as dictionaries are merged into it."""
    said = {
        key: ({**MAPPING.get(key, {}), **changes[key]} if isinstance(changes.get(key), dict) else changes[key])
        if key in changes
        else MAPPING[key]
        for key in {**MAPPING, **changes}
    }
    return LogMapping.model_validate({key: value for key, value in said.items() if value is not None})


def parsed(text: str, name: str = "mapping.yaml") -> LogMapping:
    return parse_mapping(text.encode(), name)
