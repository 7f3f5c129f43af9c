"""What rules may cost at most: estimated from their tree, never below what they do."""

import pytest

from core.kernel.rules import Environment, Kind

KNOWN = Environment({"tier": Kind.TEXT, "site": Kind.TEXT_BY_NAME, "done": Kind.TEXTS, "elapsed": Kind.WHOLE})


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("tier == 'gold'", 1, 20),
        ("elapsed > 60 && site.kind == 'kiosk'", 1, 30),
        ("'a' in done", 100, 150),
        ("done.all(one, one != '')", 300, 3_000),
        ("done.exists_one(one, one == 'a')", 300, 5_000),
        ("done.map(one, one).size() > 0", 10_000, 20_000),
        ("done.filter(one, one == 'a').size() > 0", 10_000, 20_000),
        ("done.all(a, done.all(b, a != b))", 30_000, 300_000),
        ("done.map(a, done).all(list, list.all(a, a in list))", 1_000_000, 10_000_000),
        ("(done + done + done).all(one, one != '')", 900, 9_000),
        ("done in [done, done, []]", 600, 2_000),
        ("[done, done].all(list, 'a' in list)", 200, 1_000),
        ("{'a': done}.all(key, 'x' in done)", 100, 1_000),
        ("(elapsed > 1 ? done : ['a']).all(one, one != '')", 300, 3_000),
        ("site.all(name, site[name] != '')", 300, 3_000),
        ("dyn(done).all(one, one != '')", 300, 300_000),
        ("tier.matches('^[a-z]{2}-[0-9]{3}$')", 100, 10_000),
        ("tier.matches('((a?){200}){4}(a{200}){4}y')", 500_000, 501_000),
        ("tier.matches(site.pattern)", 500_000, 501_000),
    ],
)
def test_what_goes_through_lists_counts_its_inside_once_per_element(text: str, least: int, most: int) -> None:
    assert least <= KNOWN.cost(text, 100) <= most


def test_longer_lists_cost_more() -> None:
    assert KNOWN.cost("'a' in done", 500) > 4 * KNOWN.cost("'a' in done", 100)


def test_the_deepest_rule_is_estimated_as_well() -> None:
    deep = "".join(f"[1].map({name}, " for name in "abcdefghij") + "1" + ")" * 10 + " != []"
    assert KNOWN.cost(deep, 500) > 0
    dear = "".join(f"done.exists({name}, " for name in "abcdefghij") + "true" + ")" * 10
    assert KNOWN.cost(dear, 500) > 500**10
