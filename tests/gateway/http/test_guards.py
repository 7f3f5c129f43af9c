"""Requests of every wrong form get a clear refusal, never a crash."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.kernel.database import Database
from gateway.http.edge_settings import ServerKind
from gateway.http.errors import MalformedRequest
from gateway.http.media_types import JSON, RESPONSE, Wanted, wanted
from gateway.http.strict_json import DEEPEST, read_json
from tests.gateway.http.edge import Edge, edge_for, edge_of
from tests.gateway.http.serving import served

TYPED = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def edge() -> Edge:
    return edge_of()


async def code_of(edge: Edge, content: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
    async with edge.client() as client:
        answer = await client.post("/graphql", content=content, headers=TYPED | (headers or {}))
    body = answer.json()
    return answer.status_code, body["errors"][0]["extensions"]["code"] if "errors" in body else ""


def of(query: object, **members: object) -> bytes:
    return json.dumps({"query": query, **members}).encode()


MALFORMED = {
    "empty": b"",
    "no JSON": b"{hello}",
    "cut off": b'{"query": "{ hello }"',
    "two documents": b'{"query": "{ hello }"}{}',
    "text": b'"{ hello }"',
    "number": b"7",
    "null": b"null",
    "true": b"true",
    "batch": b'[{"query": "{ hello }"}]',
    "empty batch": b"[]",
    "bad UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": '{"query": "{ hello }"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"query": "{ hello }"}',
    "no query": b"{}",
    "query is null": of(None),
    "query is blank": of("  "),
    "query is a number": of(1),
    "query is a list": of(["{ hello }"]),
    "query is too long": of("#" * 100_001),
    "variables are a list": of("{ hello }", variables=[]),
    "variables are text": of("{ hello }", variables="{}"),
    "extensions are text": of("{ hello }", extensions="x"),
    "name is a number": of("{ hello }", operationName=1),
    "a name twice": b'{"query": "{ hello }", "query": "{ tenant }"}',
    "a variable twice": b'{"query": "{ hello }", "variables": {"a": 1, "a": 2}}',
    "huge integer": b'{"query": "{ hello }", "variables": {"a": 9223372036854775808}}',
    "monstrous integer": b'{"query": "{ hello }", "variables": {"a": ' + b"9" * 100_000 + b"}}",
    "infinite number": b'{"query": "{ hello }", "variables": {"a": 1e999}}',
    "NaN": b'{"query": "{ hello }", "variables": {"a": NaN}}',
    "-Infinity": b'{"query": "{ hello }", "variables": {"a": -Infinity}}',
    "deep": b'{"query": "{ hello }", "variables": {"a": ' + b"[" * 65 + b"]" * 65 + b"}}",
    "deeper than the stack": b"[" * 500_000,
    "objects deeper than the stack": b'{"a":' * 100_000,
    "half a surrogate": b'{"query": "{ hello }", "variables": {"a": "\\ud800"}}',
    "U+0000": b'{"query": "{ hello }", "variables": {"a": "\\u0000"}}',
    "U+0000 in a name": b'{"query": "{ hello }", "variables": {"\\u0000": 1}}',
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_bodies_are_refused(edge: Edge, name: str) -> None:
    assert await code_of(edge, MALFORMED[name]) == (400, "gateway.malformed_request")


@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"),
        *("application/graphql", "application/json; charset=latin-1", "application/json; charset=utf-16", "json"),
    ],
)
async def test_only_json_in_utf8_is_taken_so_that_no_foreign_form_can_post(edge: Edge, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    assert await code_of(edge, of("{ hello }"), headers) == (400, "gateway.malformed_request")


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", 'APPLICATION/JSON;charset="utf-8"'])
async def test_json_is_recognised_however_it_is_written(edge: Edge, content_type: str) -> None:
    assert await code_of(edge, of("{ hello }"), {"Content-Type": content_type}) == (200, "")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity, gzip"])
async def test_compressed_bodies_are_refused(edge: Edge, encoding: str) -> None:
    body = gzip.compress(of("{ hello }"))
    assert await code_of(edge, body, {"Content-Encoding": encoding}) == (400, "gateway.malformed_request")


@pytest.mark.parametrize("kind", ServerKind)
async def test_a_length_told_in_two_ways_is_refused_and_nothing_behind_it_is_served(
    database: Database, kind: ServerKind
) -> None:
    smuggled = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    head = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    both = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(smuggled)
    async with served(database, kind=kind) as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(head + both + smuggled)
        async with asyncio.timeout(10):
            answered = await reader.read()
        writer.close()
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert answered.count(b"HTTP/1.1 ") == 1


async def test_bodies_are_bounded_whether_they_say_their_length_or_not() -> None:
    edge = edge_of(edge=edge_for(max_body_bytes=2_048))
    large = of("{ hello }", variables={"a": "x" * 3_000})
    assert await code_of(edge, large) == (413, "gateway.request_too_large")

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 512):
            yield large[start : start + 512]

    async with edge.client() as client:
        answer = await client.post("/graphql", content=chunks(), headers=TYPED)
    assert "content-length" not in answer.request.headers
    assert answer.status_code == 413
    assert await code_of(edge, of("{ hello }"), {"Content-Length": "9" * 5_000}) == (413, "gateway.request_too_large")


async def test_whoever_sends_too_slowly_is_not_waited_for() -> None:
    edge = edge_of(edge=edge_for(body_timeout_s=0.05))
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        if not sent:
            sent.append({})
            return {"type": "http.request", "body": b"{", "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError

    answered: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "scheme": "http",
        "client": None,
    }
    await edge.app(scope, receive, send)  # type: ignore[arg-type]
    assert answered[0]["status"] == 408


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: json.dumps({"query": text}).encode()))
async def test_no_body_whatever_crashes_the_edge(edge: Edge, body: bytes) -> None:
    status, code = await code_of(edge, body)
    assert status in {200, 400, 401}
    assert code != "gateway.internal"


JSON_VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=20)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions"]), JSON_VALUES))
async def test_no_json_whatever_crashes_the_edge(edge: Edge, content: dict[str, object]) -> None:
    status, code = await code_of(edge, json.dumps(content).encode())
    assert status in {200, 400, 401}
    assert code != "gateway.internal"


@pytest.mark.parametrize(
    "query",
    [
        "{" * 5_000,
        "{ hello " * 2_000,
        "query($a:" + "[" * 5_000 + "Int" + "]" * 5_000 + "){hello}",
        '{ echo(text: "a", number: ' + "9" * 5_000 + ") }",
        '{ echo(text: "\\ud800") }',
        '{ echo(text: "\\u{110000}") }',
        "fragment a on Query { ...a } { ...a }",
        "{ ...a } " + "".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(200)),
        "{ a: hello " + " ".join(f"a{n}: hello" for n in range(3_000)) + "}",
        "{ hello @skip(if: 1) @skip(if: 1) }",
        "\x01\x02",
        '"""' * 1_000,
    ],
)
async def test_hostile_documents_are_refused_not_suffered(edge: Edge, query: str) -> None:
    status, code = await code_of(edge, of(query), {"Accept": RESPONSE})
    assert status in {200, 400}
    assert code not in {"", "gateway.internal"}


@given(st.text() | st.binary())
def test_strict_json_refuses_or_gives_what_python_reads(content: str | bytes) -> None:
    try:
        found = read_json(content)
    except MalformedRequest:
        return
    assert found == json.loads(content)


def test_what_may_be_nested_is_nested_no_deeper() -> None:
    assert read_json("[" * DEEPEST + "]" * DEEPEST) is not None
    assert read_json("[" * DEEPEST + "1" + "]" * DEEPEST) is not None
    with pytest.raises(MalformedRequest):
        read_json("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))


@pytest.mark.parametrize(
    ("accept", "answer", "events"),
    [
        (None, JSON, False),
        ("", JSON, False),
        ("*/*", JSON, False),
        ("application/*;q=0.5", JSON, False),
        (RESPONSE, RESPONSE, False),
        (f"{JSON};q=0, */*", RESPONSE, False),
        ("text/event-stream", None, True),
        ("text/event-stream;q=0", None, False),
        (f"{JSON}, text/event-stream", JSON, True),
        ("text/html", None, False),
        ("nonsense;;;q=x", None, False),
        (f"{JSON};q=NaN", None, False),
        (",,,", None, False),
    ],
)
def test_accept_headers(accept: str | None, answer: str | None, events: bool) -> None:
    assert wanted(accept) == Wanted(answer, events)
