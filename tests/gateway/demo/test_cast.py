"""The people of the demonstration may do what the README says they may."""

from gateway.demo.cast import ADMINISTRATOR, EDITOR, clerk_of, manager_of
from tenants.people.policy import permissions_of
from tenants.roles import BUILT_IN


def test_of_headquarters_the_administrator_sees_how_imports_went() -> None:
    held = {
        part.title: permissions_of((part.role,), "franchisee" if part.tenant else "headquarters", BUILT_IN)
        for part in (EDITOR, ADMINISTRATOR, manager_of("pl"), clerk_of("pl"))
    }
    who = {title for title, permissions in held.items() if "records.import" in permissions}
    assert who == {ADMINISTRATOR.title, manager_of("pl").title}
