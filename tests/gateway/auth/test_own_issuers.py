"""The issuers this server is itself."""

from uuid import uuid4

import pytest

from core.kernel.settings import Settings
from gateway.auth.own_issuers import BuiltinIssuerInProduction, builtin_issuer, service_tokens
from gateway.auth.published_keys import read_keys
from gateway.auth.signing import SigningKey
from tests.gateway.auth.issuing import NOW
from tests.gateway.auth.test_verify import SETTINGS


def settings(**changes: object) -> Settings:
    given = {"role_secret": "r", "master_key": "11" * 32, "cursor_key": "c", **changes}
    return Settings.model_validate(given)


def test_production_refuses_the_builtin_issuer_and_says_what_to_do() -> None:
    with pytest.raises(BuiltinIssuerInProduction) as refused:
        builtin_issuer(settings(environment="production", builtin_issuer=True))
    assert refused.value.code == "auth.builtin_issuer_in_production"
    assert "TOUCHSTONE_BUILTIN_ISSUER=false" in refused.value.hint


def test_the_builtin_issuer_is_off_unless_asked_for() -> None:
    assert builtin_issuer(settings(environment="development")) is None
    assert builtin_issuer(settings(environment="production")) is None


def test_keys_are_the_same_in_every_process_and_differ_by_purpose_and_master_key() -> None:
    first, again = SigningKey(b"1" * 32, "people"), SigningKey(b"1" * 32, "people")
    assert first.published() == again.published()
    assert len({first.kid, SigningKey(b"1" * 32, "services").kid, SigningKey(b"2" * 32, "people").kid}) == 3


def test_only_the_public_half_is_published() -> None:
    published = service_tokens(SETTINGS).key.published()
    assert "d" not in published
    assert list(read_keys({"keys": [published]})) == [service_tokens(SETTINGS).key.kid]


def test_every_token_is_another() -> None:
    service = service_tokens(SETTINGS)
    account, network, tenant = uuid4(), uuid4(), uuid4()
    assert service.mint(account, network, tenant, NOW) != service.mint(account, network, tenant, NOW)


def test_while_the_master_key_is_rotated_the_new_one_signs_and_both_verify() -> None:
    before, after = service_tokens(SETTINGS), service_tokens(settings(master_key=f"{'22' * 32}, {'11' * 32}"))
    assert after.key.kid != before.key.kid
    assert [key.kid for key in after.keys] == [after.key.kid, before.key.kid]
    assert before.key.kid in {key.kid for key in service_tokens(settings(master_key=f"{'33' * 32},{'11' * 32}")).keys}
    assert [key.kid for key in service_tokens(settings(master_key="22" * 32)).keys] == [after.key.kid]
