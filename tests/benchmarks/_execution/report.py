"""What the rounds came to, as lines of the result: figures of every server, and ratios with their goals."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks._execution.operations import Operation
from tests.benchmarks._execution.rounds import Contest, Measured
from tests.benchmarks._execution.serving import FLOOR, MERCURIUS, OURS, POSTGRAPHILE, Server
from tests.benchmarks._execution.usage import resident_mebibytes
from tests.benchmarks._harness import case

MOST_PROCESSOR_TIME = 1.3
LEAST_FLAT = 0.8

Line = dict[str, Any]
ByServer = Mapping[str, Measured]


def lines_of(operations: Sequence[Operation], measured: Mapping[Contest, Measured]) -> list[Line]:
    """Give the lines of all operations."""
    lines: list[Line] = []
    for operation in operations:
        by_server = {one.server.name: figures for one, figures in measured.items() if one.operation is operation}
        for name in by_server:
            lines.extend(
                own_lines(operation, name, by_server) if name.startswith(OURS) else others(operation, name, by_server)
            )
    return lines


def own_lines(operation: Operation, name: str, by_server: ByServer) -> list[Line]:
    """Set what this product did beside the peers and the floor."""
    own = by_server[name]
    title = f"{operation.title}: {name}"
    lines: list[Line] = []
    for rival in (one for one in (POSTGRAPHILE, MERCURIUS, FLOOR) if one in by_server):
        ratio = own.per_second / by_server[rival].per_second
        goal = operation.goal if rival == POSTGRAPHILE else None
        lines.append(at_least(title, own.per_second, "requests/s", rival, ratio, goal))
    rival = POSTGRAPHILE if POSTGRAPHILE in by_server else FLOOR
    for label, attribute in (("p50", "p50_ms"), ("p99", "p99_ms")):
        value = getattr(own, attribute)
        ratio = value / getattr(by_server[rival], attribute)
        lines.append(case(f"{title}, {label}", value, "ms", against=rival, ratio=ratio))
    floor = by_server[FLOOR]
    ratio = own.server_us / floor.server_us if floor.server_us else None
    goal = None if operation.writes else MOST_PROCESSOR_TIME
    lines.append(at_most(f"{title}, server CPU", own.server_us, "us/request", FLOOR, ratio, goal))
    ratio = own.database_us / floor.database_us if floor.database_us else None
    lines.append(at_most(f"{title}, database CPU", own.database_us, "us/request", FLOOR, ratio, None))
    return lines


def others(operation: Operation, name: str, by_server: ByServer) -> list[Line]:
    """Give the figures of a peer or the floor."""
    figures, title = by_server[name], f"{operation.title}: {name}"
    return [
        case(title, figures.per_second, "requests/s"),
        case(f"{title}, p50", figures.p50_ms, "ms"),
        case(f"{title}, p99", figures.p99_ms, "ms"),
        case(f"{title}, server CPU", figures.server_us, "us/request"),
        case(f"{title}, database CPU", figures.database_us, "us/request"),
    ]


def memory_lines(servers: Sequence[Server]) -> list[Line]:
    """Tell how much memory each server holds after the load."""
    return [case(f"memory after the load: {one.name}", resident_mebibytes(one.pid), "MiB") for one in servers]


def flat_lines(operation: Operation, few: Measured, many: Measured, what: str, than: str) -> list[Line]:
    """Set a large place beside a small one."""
    title = f"{operation.title}: {what}"
    ratio = many.per_second / few.per_second
    return [
        at_least(title, many.per_second, "requests/s", than, ratio, LEAST_FLAT),
        case(f"{title}, p99", many.p99_ms, "ms", against=than, ratio=many.p99_ms / few.p99_ms),
    ]


def absent(name: str, reason: str, goal: str) -> Line:
    """Say that something was not measured, and why."""
    return case(name, 0, "not measured", against=reason, goal=goal)


def at_least(name: str, value: float, unit: str, against: str, ratio: float, goal: float | None) -> Line:
    """Give a line whose ratio shall be large."""
    met = None if goal is None else ratio >= goal
    return case(name, value, unit, against=against, ratio=ratio, goal="" if goal is None else f">= {goal:g}", met=met)


def at_most(name: str, value: float, unit: str, against: str, ratio: float | None, goal: float | None) -> Line:
    """Give a line whose ratio shall be small."""
    met = None if goal is None or ratio is None else ratio <= goal
    return case(name, value, unit, against=against, ratio=ratio, goal="" if goal is None else f"<= {goal:g}", met=met)
