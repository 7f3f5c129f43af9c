"""How often one address is served: so many a minute, the lines of IPv6 as one, and no more remembered than fits."""

import pytest

from gateway.http.addresses import MOST_REMEMBERED, Addresses, line_of


class Watch:
    """Seconds that pass when told so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_address_is_served_a_minutes_worth_at_once_and_then_as_a_minute_allows() -> None:
    watch = Watch()
    addresses = Addresses(3, monotonic=watch)
    assert [addresses.wait("192.0.2.1") for _ in range(5)] == [0, 0, 0, 20, 20]
    assert addresses.wait("192.0.2.2") == 0
    watch.now += 19
    assert addresses.wait("192.0.2.1") == 1
    watch.now += 1
    assert [addresses.wait("192.0.2.1") for _ in range(2)] == [0, 20]
    watch.now += 60
    assert [addresses.wait("192.0.2.1") for _ in range(4)] == [0, 0, 0, 20]


def test_all_addresses_of_a_line_are_one() -> None:
    assert line_of("2001:db8::1") == line_of("2001:db8::ffff:2") != line_of("2001:db8:0:1::1")
    assert line_of("::ffff:192.0.2.1") == line_of("192.0.2.1") != line_of("192.0.2.2")
    assert line_of("") == ""
    assert len(line_of("x" * 10_000)) < 100


def test_no_more_is_remembered_than_fits() -> None:
    addresses = Addresses(1, monotonic=Watch())
    assert addresses.wait("first") == 0
    for at in range(MOST_REMEMBERED):
        assert addresses.wait(str(at)) == 0
    assert addresses.wait("first") == 0
    assert addresses.wait(str(MOST_REMEMBERED - 1)) == 60


@pytest.mark.parametrize("hostile", ["2001:db8::1%" + "x" * 5_000, "\x00", "1" * 5_000])
def test_what_is_no_address_is_no_trouble(hostile: str) -> None:
    assert Addresses(1).wait(hostile) == 0
