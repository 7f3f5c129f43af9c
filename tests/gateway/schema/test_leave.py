"""What each root field takes is written down a second time, so that nobody is let in by a slip."""

from pathlib import Path

from gateway.schema.fields import ROOTS, SchemaField
from tests.gateway.schema.documents import root

WRITTEN = Path(__file__).with_name("leave.txt")


def test_what_each_root_field_takes_is_what_was_meant() -> None:
    """Whoever adds a field, or means another permission, says so in ``leave.txt`` as well."""
    found = {
        f"{kind}.{name} {' '.join(sorted(one.name for one in SchemaField.of(root(kind), name).needs))}".strip()
        for kind in ROOTS
        for name in root(kind).fields
    }
    meant = WRITTEN.read_text(encoding="utf-8").splitlines()
    assert meant == sorted(meant)
    assert {"missing": found - set(meant), "no longer so": set(meant) - found} == {
        "missing": set(),
        "no longer so": set(),
    }
