"""Service accounts exchange their credentials for a token; guessing is slowed down."""

from base64 import b64encode
from uuid import uuid4

import pytest

from core.kernel.clock import SetClock
from gateway.auth.client_credentials import (
    MOST_FAILURES,
    MOST_FAILURES_OF_ADDRESS,
    Account,
    BadTokenRequest,
    ClientCredentials,
    Credentials,
    read_credentials,
)
from gateway.auth.errors import ServiceAccountRefused, TooManyFailures
from gateway.auth.failures import MOST_REMEMBERED, Failures
from gateway.auth.own_issuers import service_tokens
from tests.gateway.auth.issuing import NOW, Seconds
from tests.gateway.auth.test_verify import SETTINGS

GRANT = b"grant_type=client_credentials"
ACCOUNT = Account(uuid4(), uuid4(), uuid4())


class Accounts:
    def __init__(self) -> None:
        self.asked = 0

    async def authenticate(self, client_id: str, secret: str) -> Account | None:
        self.asked += 1
        return ACCOUNT if (client_id, secret) == ("machine", "right") else None


def basic(text: str) -> str:
    return f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (GRANT + b"&client_id=machine&client_secret=s%2Bcret", None),
        (GRANT, basic("machine:s%2Bcret")),
        (GRANT, basic("machine:s%2Bcret").replace("Basic", "basic")),
    ],
)
def test_credentials_come_in_the_form_or_by_basic_authentication(body: bytes, header: str | None) -> None:
    assert read_credentials(body, header) == Credentials("machine", "s+cret")


@pytest.mark.parametrize(
    ("body", "header", "error"),
    [
        (b"", None, "unsupported_grant_type"),
        (b"grant_type=password&username=a&password=b", None, "unsupported_grant_type"),
        (GRANT + b"&grant_type=client_credentials", None, "invalid_request"),
        (GRANT + b"&client_id=a&client_secret=b", basic("a:b"), "invalid_request"),
        (GRANT + b"&client_id=%00&client_secret=b", None, "invalid_request"),
        (GRANT + b"&x=%ff", None, "invalid_request"),
        (GRANT + b"&y=\xff", None, "invalid_request"),
        (b"&".join([GRANT, *(b"f%d=1" % n for n in range(20))]), None, "invalid_request"),
        (b"just text", None, "invalid_request"),
    ],
)
def test_malformed_requests_are_told_apart(body: bytes, header: str | None, error: str) -> None:
    with pytest.raises(BadTokenRequest) as refused:
        read_credentials(body, header)
    assert refused.value.error == error


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (GRANT, None),
        (GRANT + b"&client_id=machine", None),
        (GRANT + b"&client_id=machine&client_secret=", None),
        (GRANT, "Bearer abc"),
        (GRANT, "Basic !!!"),
        (GRANT, basic("no colon")),
        (GRANT, basic(f"machine:{'x' * 600}")),
    ],
)
def test_missing_credentials_are_refused_like_wrong_ones(body: bytes, header: str | None) -> None:
    with pytest.raises(ServiceAccountRefused):
        read_credentials(body, header)


async def test_the_right_secret_gets_a_token_for_the_one_tenant() -> None:
    exchange = ClientCredentials(Accounts(), service_tokens(SETTINGS), SetClock(NOW))
    answer = await exchange.exchange(Credentials("machine", "right"), "192.0.2.1")
    assert (answer["token_type"], answer["expires_in"], answer["tenant"]) == ("Bearer", 900, str(ACCOUNT.tenant_id))


async def test_guessing_is_slowed_down_without_shutting_the_owner_out() -> None:
    accounts = Accounts()
    exchange = ClientCredentials(accounts, service_tokens(SETTINGS), SetClock(NOW))
    for _ in range(MOST_FAILURES):
        with pytest.raises(ServiceAccountRefused):
            await exchange.exchange(Credentials("machine", "guess"), "192.0.2.66")
    with pytest.raises(TooManyFailures) as refused:
        await exchange.exchange(Credentials("machine", "right"), "192.0.2.66")
    assert 0 < refused.value.retry_after <= 60
    assert accounts.asked == MOST_FAILURES
    assert "access_token" in await exchange.exchange(Credentials("machine", "right"), "192.0.2.1")


async def test_guessing_at_many_clients_from_one_address_is_slowed_down_too() -> None:
    accounts = Accounts()
    exchange = ClientCredentials(accounts, service_tokens(SETTINGS), SetClock(NOW))
    for number in range(MOST_FAILURES_OF_ADDRESS):
        with pytest.raises(ServiceAccountRefused):
            await exchange.exchange(Credentials(f"machine {number}", "guess"), "192.0.2.66")
    with pytest.raises(TooManyFailures):
        await exchange.exchange(Credentials("another", "guess"), "192.0.2.66")
    assert accounts.asked == MOST_FAILURES_OF_ADDRESS
    assert "access_token" in await exchange.exchange(Credentials("machine", "right"), "192.0.2.1")


def test_failures_are_forgotten_with_time_and_bounded() -> None:
    seconds = Seconds()
    failures = Failures(2, 60, monotonic=seconds)
    for _ in range(2):
        failures.note("a")
    with pytest.raises(TooManyFailures):
        failures.check("a")
    seconds.at += 60
    failures.check("a")
    for _ in range(2):
        failures.note("a")
    for number in range(MOST_REMEMBERED):
        failures.note(f"other-{number}")
    failures.check("a")
