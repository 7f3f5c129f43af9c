"""A preview tells before a publication what the publication then does, and changes nothing that holds."""

from copy import deepcopy
from typing import Any

from tests.core.standards.life.office import published
from tests.core.standards.life.world import TENANTS, World

LOOK = """query Look($version: ID!) { preview(version: $version) { stale } previewTenants(
  first: 60, filter: {version: $version}) { nodes { tenant outcome count } } }"""
FITTING = {"CLEAN", "MERGED", "LIMITS_CHANGED"}


def foreseen(world: World) -> dict[str, int]:
    """What of each unit would not fit, adaptations and waivers, if the version underway held for everybody now."""
    ahead = deepcopy(world)
    issue = ahead.underway
    assert issue is not None
    issue.rollout = None
    published(ahead, issue)
    ahead.settle()
    counts = {tenant: sum(bool(one.waits) for one in ahead.own(tenant)) for tenant in TENANTS}
    for one in ahead.waivers:
        counts[one.tenant] += one.holds(ahead.now) and one.name not in issue.terms
    return {tenant: count for tenant, count in counts.items() if count}


def told(shown: Any, ids: dict[str, str]) -> dict[str, int]:
    """The same as a preview tells it."""
    names = {id_: tenant for tenant, id_ in ids.items()}
    found: dict[str, int] = {}
    for row in shown["previewTenants"]["nodes"]:
        if row["outcome"] not in FITTING:
            found[names[row["tenant"]]] = found.get(names[row["tenant"]], 0) + row["count"]
    return found
