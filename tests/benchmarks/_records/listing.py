"""Pages of records out of very many, beside the same pages out of few."""

import json
from pathlib import Path
from typing import Any

import httpx2

from tests.benchmarks._execution.load import choose, in_python
from tests.benchmarks._execution.network import Asked
from tests.benchmarks._execution.operations import PAGE_FIELDS, Document, Operation
from tests.benchmarks._execution.rounds import Contest, Measured, Rounds
from tests.benchmarks._execution.serving import headers_for
from tests.benchmarks._harness import case
from tests.benchmarks._records.served import COMMON, RARE, Served
from tests.benchmarks._records.size import Size, tell

LEAST_FLAT, MOST_FLAT = 0.8, 1.25
"""Of requests a second and of processor time; what is better than this is noise, and not a slower list."""
WHOLE = 50
PAGES = {
    "first page": "first: 50",
    "deep page": 'first: 50, after: "{cursor}"',
    "filtered page": 'first: 50, filter: {{status: OPEN, priority: "high"}}',
    "searched page": f'first: 50, search: "{COMMON} {RARE}"',
}
"""Arguments of each list; the deep one goes on where all but some hundred records are in front of it."""
DEEP = "{ records(last: 100) { pageInfo { startCursor } } }"


async def cases(at: Served, folder: Path, size: Size) -> list[dict[str, Any]]:
    """Measure every list in the tenant of few and in the tenant of very many records, in turn."""
    generator = choose(folder, None) if size.whole else in_python(folder)
    rounds = Rounds(generator, at.postgres, size.seconds, size.rounds, tell)
    contests = {
        (name, asked): Contest(at.server, await operation(at, name, asked, size), asked)
        for name in PAGES
        for asked in (at.few, at.many)
    }
    measured = await rounds.run(list(contests.values()))
    found: list[dict[str, Any]] = []
    for name in PAGES:
        few, many = (measured[contests[name, asked]] for asked in (at.few, at.many))
        found += lines(name, few, many, size)
    return found


async def operation(at: Served, name: str, asked: Asked, size: Size) -> Operation:
    """Give what is asked for a list, which must be a whole page wherever it is measured in earnest."""
    cursor = (await answer(at, asked, DEEP))["records"]["pageInfo"]["startCursor"]
    text = f"{{ records({PAGES[name].format(cursor=cursor)}) {{ nodes {{ {PAGE_FIELDS} }} }} }}"
    rows = len((await answer(at, asked, text))["records"]["nodes"])
    if not rows or (size.whole and rows != WHOLE):
        msg = f"The {name} has {rows} records."
        raise RuntimeError(msg)
    document = Document(text)
    return Operation(name, name, document, document, lambda data: data, 0)


async def answer(at: Served, asked: Asked, text: str) -> dict[str, Any]:
    """Ask once."""
    headers = await headers_for(asked, at.server)
    async with httpx2.AsyncClient(timeout=60, verify=False) as client:
        url = f"http://127.0.0.1:{at.server.port}/graphql"
        told = (await client.post(url, headers=headers, content=json.dumps({"query": text}))).json()
    if told.get("errors"):
        msg = f"{text} is refused: {told['errors']} {at.server.said()}"
        raise RuntimeError(msg)
    return told["data"]


def lines(name: str, few: Measured, many: Measured, size: Size) -> list[dict[str, Any]]:
    """Set a list of very many records beside one of few."""
    against = f"of {size.few:,} records"
    rate = many.per_second / few.per_second
    own, small = (one.server_us + one.database_us for one in (many, few))
    spent = own / small if small else 1.0
    named = f"{name} of {size.many:,} records"
    return [
        case(
            named,
            many.per_second,
            "requests/s",
            against=against,
            ratio=rate,
            goal=f">= {LEAST_FLAT}",
            met=rate >= LEAST_FLAT,
        ),
        case(
            f"{named}, processor time",
            own,
            "us/request",
            against=against,
            ratio=spent,
            goal=f"<= {MOST_FLAT}",
            met=spent <= MOST_FLAT,
        ),
    ]
