"""GraphQL over HTTP: statuses, forms of answer, and what is told of refusals."""

import asyncio

import pytest
from strawberry import Schema

from gateway.execution.outcome import WrittenResult
from tests.gateway.auth.issuing import claims_for, ec_key, signed
from tests.gateway.http.edge import SECRET_TEXT, Edge, edge_for, edge_of, settings_for

RESPONSE = "application/graphql-response+json"


@pytest.fixture
def edge() -> Edge:
    return edge_of()


async def test_an_operation_is_answered_in_the_tenant_of_its_token(edge: Edge) -> None:
    (home,) = edge.member("ada")
    answer = await edge.post("{ tenant hello }", edge.headers("ada"))
    assert answer.status_code == 200
    assert answer.json()["data"] == {"tenant": str(home), "hello": "hello"}
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_anybody_reads_what_is_public_and_the_rest_asks_for_a_token(edge: Edge) -> None:
    assert (await edge.post("{ hello }")).json()["data"] == {"hello": "hello"}
    answer = await edge.post("{ tenant }")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="touchstone"'
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "auth.missing_token"
    assert error["extensions"]["hint"]


async def test_part_of_an_answer_is_given_though_another_part_needs_a_token(edge: Edge) -> None:
    answer = await edge.post("{ hello tenant }")
    assert answer.status_code == 200
    assert answer.json()["data"] == {"hello": "hello", "tenant": None}
    assert answer.json()["errors"][0]["extensions"]["code"] == "auth.missing_token"
    assert answer.json()["errors"][0]["path"] == ["tenant"]


@pytest.mark.parametrize("accept", [None, RESPONSE, "application/json", "*/*"])
@pytest.mark.parametrize(
    ("subject", "tenants", "header", "status", "code"),
    [
        ("ada", 2, None, 403, "auth.tenant_not_chosen"),
        ("ada", 1, "5d2f0b6e-8f6c-4b53-9a55-0d5b0a7c2f11", 403, "auth.no_membership"),
        ("ada", 1, "nonsense", 403, "auth.no_membership"),
        ("stranger", 0, None, 401, "auth.unknown_person"),
    ],
)
async def test_what_a_token_does_not_open_is_said_by_code(
    edge: Edge, accept: str | None, subject: str, tenants: int, header: str | None, status: int, code: str
) -> None:
    if tenants:
        edge.member(subject, tenants)
    headers = edge.headers(subject) | ({"Touchstone-Tenant": header} if header else {})
    answer = await edge.post("{ tenant }", headers | ({"Accept": accept} if accept else {}))
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_who_one_is_needs_no_tenant(edge: Edge) -> None:
    edge.member("ada", 3)
    answer = await edge.post("{ actor }", edge.headers("ada"))
    assert answer.status_code == 200
    assert answer.json()["data"]["actor"]
    stranger = await edge.post("{ actor }", edge.headers("stranger"))
    assert stranger.json()["data"]["actor"]


async def test_a_suspended_tenant_is_closed(edge: Edge) -> None:
    (home,) = edge.member("ada")
    edge.people.suspended.add(home)
    answer = await edge.post("{ tenant }", edge.headers("ada"))
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "auth.suspended")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("Bearer nonsense", "auth.malformed_token"),
        ("Basic YTpi", "auth.malformed_token"),
        ("Bearer " + signed(ec_key("x"), claims_for("https://evil.example")), "auth.unknown_issuer"),
    ],
)
async def test_tokens_that_prove_nothing_are_refused_before_anything_runs(
    edge: Edge, authorization: str, code: str
) -> None:
    answer = await edge.post("{ hello }", {"Authorization": authorization})
    assert answer.status_code == 401
    assert "data" not in answer.json()
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert answer.headers["www-authenticate"].endswith(f'error="invalid_token", error_description="{code}"')


async def test_a_missing_permission_is_an_error_of_its_field(edge: Edge) -> None:
    edge.member("ada")
    answer = await edge.post("{ rare hello }", edge.headers("ada"))
    assert answer.status_code == 200
    assert answer.json()["data"] == {"rare": None, "hello": "hello"}
    assert answer.json()["errors"][0]["extensions"]["code"] == "kernel.not_permitted"


async def test_what_breaks_is_masked_and_tells_where_to_look(edge: Edge) -> None:
    edge.member("ada")
    answer = await edge.post("{ boom hello }", edge.headers("ada"))
    assert answer.status_code == 200
    assert answer.json()["data"] == {"boom": None, "hello": "hello"}
    assert answer.json()["errors"][0]["extensions"]["code"] == "gateway.internal"
    assert SECRET_TEXT not in answer.text


@pytest.mark.parametrize(
    ("accept", "status", "form"),
    [
        (None, 200, "application/json"),
        ("application/json", 200, "application/json"),
        (RESPONSE, 400, RESPONSE),
        (f"{RESPONSE}, application/json;q=0.9", 400, RESPONSE),
        (f"{RESPONSE};q=0.1, application/json", 200, "application/json"),
        (f"{RESPONSE}, application/json, text/event-stream, multipart/mixed", 400, RESPONSE),
        ("text/html, */*", 200, "application/json"),
    ],
)
@pytest.mark.parametrize("query", ["{ nothing }", "{ hello", "subscription { count(to: 1) } {"])
async def test_refused_documents_have_the_status_of_the_form_asked_for(
    edge: Edge, accept: str | None, status: int, form: str, query: str
) -> None:
    answer = await edge.post(query, {"Accept": accept} if accept else None)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(form)
    assert "data" not in answer.json()
    assert all(error["extensions"]["code"] for error in answer.json()["errors"])


async def test_a_subscription_needs_a_stream(edge: Edge) -> None:
    edge.member("ada")
    answer = await edge.post("subscription { count(to: 1) }", edge.headers("ada"))
    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "gateway.not_acceptable"


async def test_one_of_several_operations_is_chosen_by_name(edge: Edge) -> None:
    document = 'query a { hello } query b { echo(text: "b") }'
    chosen = await edge.post(document, operationName="b")
    assert chosen.json()["data"] == {"echo": "b 0"}
    answer = await edge.post(document, operationName="c")
    assert answer.json()["errors"][0]["extensions"]["code"] == "gateway.malformed_request"
    assert answer.status_code == 400


async def test_queries_are_not_taken_from_the_address(edge: Edge) -> None:
    async with edge.client() as client:
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = await client.request(method, "/graphql", params={"query": "{ hello }"})
            assert answer.status_code == 405
            assert answer.headers["allow"] == "POST"
            assert answer.json()["errors"][0]["extensions"]["code"] == "gateway.method_not_allowed"


async def test_other_paths_are_answered_in_the_same_shape(edge: Edge) -> None:
    async with edge.client() as client:
        answer = await client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["extensions"]["code"] == "gateway.no_such_path"


async def test_identities_are_never_mixed_however_many_ask_at_once(edge: Edge) -> None:
    people = {f"person-{number}": edge.member(f"person-{number}")[0] for number in range(40)}

    async def ask(subject: str, wait: float) -> None:
        answer = await edge.post(f"{{ tenant(wait: {wait}) }}", edge.headers(subject))
        assert answer.json()["data"]["tenant"] == str(people[subject])

    subjects = [subject for subject in people for _ in range(5)]
    await asyncio.gather(*(ask(subject, (index % 7) / 1_000) for index, subject in enumerate(subjects)))


async def test_an_operation_that_takes_too_long_is_given_up() -> None:
    edge = edge_of(edge=edge_for(operation_timeout_s=0.05))
    edge.member("ada")
    answer = await edge.post("{ tenant(wait: 30) }", edge.headers("ada"))
    assert answer.status_code == 504
    assert answer.json()["errors"][0]["extensions"]["code"] == "gateway.operation_timed_out"


async def test_the_schema_is_hidden_where_introspection_is_off() -> None:
    edge = edge_of(settings=settings_for(introspection=False))
    answer = await edge.post("{ __schema { types { name } } }", {"Accept": RESPONSE})
    assert answer.status_code == 400
    async with edge.client() as client:
        page = await client.get("/graphql", headers={"Accept": "text/html"})
        asset = await client.get("/graphql/assets/graphiql.js")
    assert (page.status_code, asset.status_code) == (405, 404)


async def test_request_ids_are_taken_where_they_are_plain_and_made_otherwise(edge: Edge) -> None:
    plain = await edge.post("{ hello }", {"X-Request-Id": "trace-0123456789"})
    assert plain.headers["x-request-id"] == "trace-0123456789"
    for odd in ("x", "a" * 65, "a b c d e f g", "{{injection}}"):
        made = await edge.post("{ hello }", {"X-Request-Id": odd})
        assert len(made.headers["x-request-id"]) == 32


async def test_security_headers_are_on_every_answer(edge: Edge) -> None:
    async with edge.client() as client:
        answers = [await client.get("/healthz"), await client.get("/nowhere"), await edge.post("{ hello }")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
    secure = edge_of(settings=settings_for(public_url="https://api.example"))
    assert "strict-transport-security" in (await secure.post("{ hello }")).headers


async def test_front_ends_from_listed_origins_alone_may_call() -> None:
    edge = edge_of(edge=edge_for(cors_origins="https://app.example, https://pos.example"))
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with edge.client() as client:
        ours = await client.options("/graphql", headers={"Origin": "https://app.example", **preflight})
        foreign = await client.options("/graphql", headers={"Origin": "https://evil.example", **preflight})
    assert ours.headers["access-control-allow-origin"] == "https://app.example"
    assert "access-control-allow-credentials" not in ours.headers
    assert "access-control-allow-origin" not in foreign.headers
    refused = await edge.post("{ tenant }", {"Origin": "https://app.example"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://app.example"


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "n" * 5_000 + " }",
        "{ hello(" + "a" * 5_000 + ": 1) }",
        'query q($v: Int! = "' + "x" * 5_000 + '") { hello }',
        "{ hello " + "\u202e\u200b\x07" * 3 + " }",
        '{ echo(text: 1, number: "\u202e' + "y" * 5_000 + '") }',
    ],
)
async def test_messages_repeat_little_of_what_was_sent_and_nothing_that_is_not_seen(query: str) -> None:
    answer = await edge_of().post(query)
    errors = answer.json()["errors"]
    assert errors
    for error in errors:
        assert len(error["message"]) <= 300
        assert error["message"].isprintable()


async def test_an_answer_that_is_written_already_is_sent_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    edge = edge_of()
    written = b'{"data": {"hello":  "as it was written"}}'

    async def execute(*given: object, **named: object) -> WrittenResult:
        return WrittenResult(data=None, errors=None, body=written)

    monkeypatch.setattr(Schema, "execute", execute)
    answer = await edge.post("{ hello }")
    assert (answer.status_code, answer.content) == (200, written)
    assert answer.headers["content-length"] == str(len(written))
