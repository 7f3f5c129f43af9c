"""Values that hold in some contexts only: which is chosen, what may be added below, and that nothing is ambiguous."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.errors import InvalidInput
from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from core.standards.draft import DraftStandard, draft_standard
from core.standards.errors import BoundExceeded, ClauseIsLocked, UnknownParameter, VariantsAreAmbiguous
from core.standards.policy.checks import checked_content
from core.standards.policy.content import StandardContent, content_hash, content_text, read_content
from core.standards.policy.fold import fold
from core.standards.policy.passing import replaced_by
from core.standards.policy.variants import ambiguous, applies, chosen, rank, read_selector, selector_text
from core.standards.policy.view import read_view
from core.standards.vocabulary import Operator, Outcome
from tests.core.standards.builders import SINCE, Stage, content, wish
from tests.core.standards.folding import LINEAGE, NOON, overlay, version_of

GRANTED = ["append", "assign", "narrow"]
VARIANTS = [
    {"context": {"channel": "phone"}, "default": 1800},
    {"context": {"tier": "gold"}, "default": 1200, "bounds": {"minimum": 600, "maximum": 1200}},
]
KEYS: tuple[str, ...] = ("priority", "tier", "service_type", "channel", "site.country", "site.kind")
contexts: st.SearchStrategy[dict[str, str]] = st.dictionaries(
    st.sampled_from(KEYS), st.sampled_from(["a", "b&c=d"]), max_size=4
)


def varied(number: str = "1.0.0", variants: Iterable[Mapping[str, Any]] = VARIANTS, **said: Any) -> StandardContent:
    return content(number, {"variants": list(variants), "operators": GRANTED, **said})


@given(contexts)
def test_a_selector_reads_back_whatever_its_order(selector: dict[str, str]) -> None:
    text = selector_text(selector)
    assert dict(read_selector(text)) == selector
    assert selector_text(dict(reversed(selector.items()))) == text


@given(st.lists(contexts.filter(bool), max_size=5), contexts)
def test_the_most_specific_variant_is_chosen(selectors: list[dict[str, str]], context: dict[str, str]) -> None:
    known = {selector_text(one) for one in selectors}
    found = chosen(known, context)
    applying = {one for one in known if read_selector(one).items() <= context.items()}
    assert applying == {one for one in known if applies(one, context)}
    assert (found in applying) if applying else found == ""
    better = [one for one in applying if len(read_selector(one)) > len(read_selector(found))]
    assert not better
    for one in applying - {found}:
        assert rank(one) < rank(found) or ambiguous(one, found)


@given(contexts, contexts, contexts)
def test_what_is_not_ambiguous_never_ties(left: dict[str, str], right: dict[str, str], context: dict[str, str]) -> None:
    first, second = selector_text(left), selector_text(right)
    if first != second and applies(first, context) and applies(second, context):
        assert (rank(first) == rank(second)) == ambiguous(first, second)


def test_the_order_of_keys_decides_between_equally_many() -> None:
    ordered = [selector_text({key: "x"}) for key in KEYS[:5]]
    for i, weightier in enumerate(ordered):
        assert chosen(ordered[i:], dict.fromkeys(KEYS, "x")) == weightier


def test_a_version_without_variants_keeps_its_hash_and_one_with_them_reads_back() -> None:
    plain, rich = checked_content(content()), checked_content(varied())
    assert "variants" not in content_text(plain)
    assert content_hash(plain) == "6ef5688a64666941faf559207888ab553a1512eac955482c28b7488953f8c28e"
    assert read_content(content_text(rich)) == rich
    assert content_hash(checked_content(varied(variants=reversed(VARIANTS)))) == content_hash(rich)


NO_VARIANTS: list[tuple[str, list[Any]]] = [
    ("variants[0].context", [{"context": {}, "default": 1}]),
    ("variants[0].context", [{"context": {"weather": "fine"}, "default": 1}]),
    ("variants[0].context", [{"context": {"site.": "x"}, "default": 1}]),
    ("variants[0].default", [{"context": {"tier": "a"}, "default": "1"}]),
    ("variants[0].default", [{"context": {"tier": "a"}, "default": 1}]),
    ("variants[0].bounds", [{"context": {"tier": "a"}, "default": 700, "bounds": {"pattern": "x"}}]),
    ("variants", [VARIANTS[0], VARIANTS[0]]),
    ("variants", [{"context": {"tier": str(i)}, "default": 700} for i in range(51)]),
]


@pytest.mark.parametrize(
    ("path", "variants"),
    NO_VARIANTS,
)
def test_what_is_no_variant_is_named_by_its_place(path: str, variants: list[Any]) -> None:
    with pytest.raises(InvalidInput) as found:
        checked_content(varied(variants=variants))
    assert found.value.field == f"clauses[1].parameters[0].{path}"


async def test_two_equally_specific_variants_are_refused_with_both_names(stage: Stage) -> None:
    clashing = [
        {"context": {"site.country": "PL"}, "default": 700},
        {"context": {"site.kind": "kiosk"}, "default": 800},
    ]
    before = await stage.rows()
    with pytest.raises(VariantsAreAmbiguous) as found:
        await stage.act(stage.network.headquarters, draft_standard, DraftStandard(content=varied(variants=clashing)))
    assert (found.value.first, found.value.second) == ("site.country=PL", "site.kind=kiosk")
    assert found.value.place == "first_response.limit"
    assert await stage.rows() == before
    apart = [clashing[0], {"context": {"site.country": "DE", "site.kind": "kiosk"}, "default": 800}]
    await stage.publish(varied(variants=apart))


async def test_context_chooses_and_the_document_holds_all(stage: Stage) -> None:
    await stage.publish(varied())
    north = stage.network.north
    await stage.adapt(north, wish(900, context={"tier": "gold"}, valid_from=SINCE))
    await stage.adapt(north, wish(3600, valid_from=SINCE))

    async def holds(**context: str) -> tuple[str, Any]:
        found = await stage.resolve(north, context=context)
        [one] = [value for value in found.chosen if value.parameter_key == "limit"]
        return one.variant, one.value

    assert await holds() == ("", 3600)
    assert await holds(channel="mail") == ("", 3600)
    assert await holds(channel="phone") == ("channel=phone", 1800)
    assert await holds(channel="phone", tier="gold") == ("tier=gold", 900)
    found = await stage.resolve(north, context={"channel": "phone"})
    assert found.hash == (await stage.resolve(north)).hash
    view = read_view(found.hash, found.document)
    assert view.parameters["first_response.limit"] == 3600
    choices = view.choices({"tier": "gold", "channel": "phone"})
    assert view.in_context(choices)["first_response.limit"] == 900
    assert view.for_plugins(choices).parameters["first_response.limit"] == 900
    assert view.choices({}) == view.choices({"channel": "desk"})


async def test_a_variant_is_adapted_within_its_own_bounds(stage: Stage) -> None:
    await stage.publish(varied())
    before = await stage.rows()
    with pytest.raises(BoundExceeded) as found:
        await stage.adapt(stage.network.north, wish(1300, context={"tier": "gold"}))
    assert found.value.place == "first_response.limit[tier=gold]"
    assert await stage.rows() == before


async def test_a_variant_is_added_where_that_is_granted(stage: Stage) -> None:
    region, north = stage.network.region, stage.network.north
    await stage.publish(varied())
    made = await stage.adapt(region, wish(2400, context={"channel": "mail"}, valid_from=SINCE))
    assert made.variant == "channel=mail"

    async def holds(scope: Any, **context: str) -> Any:
        found = await stage.resolve(scope, context=context)
        return found.standard.choose(("first_response", "limit"), found.context)

    assert (await holds(north, channel="mail")).value == 2400
    await stage.adapt(north, wish(2000, context={"channel": "mail"}, valid_from=SINCE))
    inner = await holds(north, channel="mail")
    assert (inner.value, inner.published_value) == (2000, 7200)
    assert [one.overlay.owner_tenant_id for one in inner.why] == [region.tenant_id, north.tenant_id]
    before = await stage.rows()
    with pytest.raises(BoundExceeded):  # only stricter than what is received there
        await stage.adapt(north, wish(2500, context={"channel": "mail"}))
    with pytest.raises(UnknownParameter):
        await stage.adapt(north, wish(600, context={"channel": "fax"}, operator=Operator.REMOVE))
    with pytest.raises(InvalidInput):
        await stage.adapt(
            north, wish({"en": "Hi"}, clause_key="greeting", parameter_key="", context={"channel": "mail"})
        )
    with pytest.raises(InvalidInput):
        await stage.adapt(north, wish(2000, context={"weather": "fine"}))
    assert await stage.rows() == before
    gone = WithdrawAdaptation(adaptation_id=made.id, ends=SINCE, reason="No more.")
    await stage.act(region, withdraw_adaptation, gone)
    assert (await holds(north, channel="mail")).value == 2000  # now north's own variant
    assert (await holds(stage.network.south, channel="mail")).variant == ""


async def test_adding_a_variant_takes_the_grant(stage: Stage) -> None:
    await stage.publish(varied(operators=["assign", "narrow"]))
    before = await stage.rows()
    with pytest.raises(ClauseIsLocked) as found:
        await stage.adapt(stage.network.north, wish(2000, context={"channel": "mail"}))
    assert found.value.set_by == stage.network.headquarters.tenant_id
    assert await stage.rows() == before


async def test_an_added_variant_escapes_no_bound_of_those_it_takes_the_place_of(stage: Stage) -> None:
    await stage.publish(varied())
    before = await stage.rows()
    for context in ({"tier": "gold", "channel": "phone"}, {"channel": "mail", "site.country": "PL"}):
        with pytest.raises(BoundExceeded) as found:  # it would apply to gold members, too
            await stage.adapt(stage.network.north, wish(1500, context=context))
        assert found.value.limit == "1200"
    assert await stage.rows() == before
    await stage.adapt(stage.network.north, wish(900, context={"site.country": "PL"}, valid_from=SINCE))
    with pytest.raises(VariantsAreAmbiguous):
        await stage.adapt(stage.network.north, wish(900, context={"site.kind": "kiosk"}, valid_from=SINCE))
    await stage.adapt(stage.network.north, wish(1100, context={"tier": "gold", "channel": "phone"}))


@pytest.mark.parametrize(
    ("variants", "outcome"),
    [([], Outcome.IN_FORCE), ([{"context": {"site.kind": "kiosk"}, "default": 700}], Outcome.AMBIGUOUS)],
)
def test_a_variant_that_a_newer_version_makes_ambiguous_is_suspended(variants: Any, outcome: Outcome) -> None:
    parameter = checked_content(varied(variants=variants)).clauses[1].parameters[0]
    mine = overlay(LINEAGE[1], Operator.ASSIGN, number=1, value=900, variant="site.country=PL")
    standard = fold(version_of(parameter), [mine], LINEAGE[:2], NOON)
    told = [*standard.orphans, *(judged for one in standard.every() for judged in one.why)]
    assert [one.outcome for one in told] == [outcome]


@settings(max_examples=50)
@given(
    st.sets(contexts.filter(bool).map(selector_text), max_size=4), contexts.filter(bool).map(selector_text), contexts
)
def test_whatever_an_added_variant_wins_over_is_among_what_bounds_it(
    received: set[str], variant: str, context: dict[str, str]
) -> None:
    if variant in received or any(ambiguous(one, variant) for one in received):
        return
    slots: Any = dict.fromkeys(["", *received])
    without = chosen(received, context)
    if chosen({*received, variant}, context) == variant:
        assert without in replaced_by(slots, variant)
