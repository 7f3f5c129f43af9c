"""What the demonstration works on: one's own log, the published one beside the checkout, or a made-up one."""

from datetime import UTC, datetime
from pathlib import Path

from core.kernel.frozen import frozen
from core.records.mappings.loading import load_mapping, named_mapping, shipped_mapping
from core.records.mappings.schema import LogMapping
from gateway.demo import chain
from gateway.demo.own_log import standard_in

CONTENT = Path(__file__).parent / "content"
PUBLISHED_LOG = Path("shared") / "data" / "bpic2013_incidents.xes.gz"


@frozen(kw_only=True)
class Material:
    """A log, what it means, and the network it belongs to.

    Attributes:
        network: Key of the network.
        name: Name of the network.
        title: What the log is, with its source, for people.
        log: The file.
        mapping: What its traces mean.
        standard: The standard's file.
        code: The standard's code.
        founded_at: Since when the network is there: before the first record.
        adapter: Key of the tenant that adapts the standard.
        stores: Keys of tenants that are there before the import.
        adapted_limit: The stricter limit it takes, in seconds.
        refused_limit: A laxer limit it asks for and is refused.
        turning_point: When the standard came, where the log tells a before and an after.
    """

    network: str
    name: str
    title: str
    log: Path
    mapping: LogMapping
    standard: Path
    code: str
    founded_at: datetime
    adapter: str
    stores: tuple[str, ...] = ()
    adapted_limit: int
    refused_limit: int
    turning_point: datetime | None = None


def choose(xes: Path | None, mapping: str | None, folder: Path, *, made_up: bool = False) -> Material:
    """Choose what to work on.

    Args:
        xes: One's own log.
        mapping: What it means: a file, or the name of one that is shipped.
        folder: Where a made-up log may be written.
        made_up: Whether to make one up even where the published one is there.
    """
    if xes is not None and mapping is not None:
        return own_log(xes, named_mapping(mapping))
    published = Path(__file__).parents[2].parent / PUBLISHED_LOG
    return chain_of_stores(folder) if made_up or not published.exists() else incidents(published)


def incidents(log: Path) -> Material:
    """Work on the published incident log."""
    return Material(
        network="demo",
        name="Demo service network",
        title="incident handling at Volvo IT (Ward Steeman, BPI Challenge 2013, 4TU.ResearchData)",
        log=log,
        mapping=shipped_mapping("bpic2013_incidents"),
        standard=CONTENT / "incident-handling.yaml",
        code="incident-handling",
        founded_at=datetime(2010, 1, 1, tzinfo=UTC),
        adapter="pl",
        adapted_limit=129_600,
        refused_limit=259_200,
    )


def own_log(log: Path, mapping: LogMapping) -> Material:
    """Work on one's own log, under the incident standard, published by the code that the log's records name.

    Raises:
        LogUnreadable: The log cannot be read; see :func:`standard_in` for what else is refused before anything is
            founded.
        MappingDoesNotFit: The mapping makes no record of the log's beginning.
    """
    code = standard_in(log, mapping)
    return Material(
        network="own",
        name="Own network",
        title=log.name,
        log=log,
        mapping=mapping,
        standard=CONTENT / "incident-handling.yaml",
        code=code,
        founded_at=datetime(1990, 1, 1, tzinfo=UTC),
        adapter="own-adapter",
        adapted_limit=129_600,
        refused_limit=259_200,
    )


def chain_of_stores(folder: Path) -> Material:
    """Make up the convenience-store chain; the same log for everybody."""
    log = folder / "chain.csv"
    log.parent.mkdir(parents=True, exist_ok=True)
    chain.write_log(log)
    stores = tuple(f"store-{number:02d}" for number in range(1, chain.STORES + 1))
    return Material(
        network="chain",
        name="Corner stores",
        title="a convenience-store chain, made up and the same for everybody",
        log=log,
        mapping=load_mapping(CONTENT / "checkout-log.yaml"),
        standard=CONTENT / "checkout.yaml",
        code="checkout",
        founded_at=datetime(2026, 1, 1, tzinfo=UTC),
        adapter="store-01",
        stores=stores,
        adapted_limit=210,
        refused_limit=400,
        turning_point=chain.PUBLISHED,
    )
