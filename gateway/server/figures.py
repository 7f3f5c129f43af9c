"""Figures of several workers as one page: each gives its own at a socket of their folder, and any can gather all."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import structlog

from core.kernel.telemetry import metrics_page

PATIENCE_S = 3.0
SUFFIX = ".figures"

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def given_at(folder: Path, number: int) -> AsyncGenerator[None]:
    """Give this process's figures to whoever asks in the folder, as long as the block lasts.

    Args:
        folder: Where all workers of a server meet; its owner's alone.
        number: Which worker this is.
    """
    place = folder / f"{number}{SUFFIX}"
    place.unlink(missing_ok=True)

    async def give(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(metrics_page()[0])
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(give, place)
    try:
        yield
    finally:
        server.close()
        place.unlink(missing_ok=True)


async def gathered(folder: Path) -> tuple[bytes, str]:
    """Give the figures of all workers that answer, each sample with its worker, and the content type."""
    places = await asyncio.to_thread(lambda: sorted(folder.glob(f"*{SUFFIX}")))
    pages = await asyncio.gather(*(asked(place) for place in places))
    return merged({place.stem: page for place, page in zip(places, pages, strict=True)}), metrics_page()[1]


async def asked(place: Path) -> bytes:
    """Ask one worker; one that is away has no figures."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_unix_connection(place)
            page = await reader.read(-1)
            writer.close()
    except (OSError, TimeoutError) as error:
        log.warning("server.figures_missing", error=type(error).__name__)
        return b""
    return page


def merged(pages: Mapping[str, bytes]) -> bytes:
    """Make one page of several in the Prometheus text format: what belongs to one metric stays together.

    Args:
        pages: The pages by worker; the worker becomes the label ``worker`` of each of its samples.
    """
    families: dict[bytes, tuple[list[bytes], list[bytes]]] = {}
    for worker, page in pages.items():
        told, samples = families.setdefault(b"", ([], []))
        for line in page.splitlines():
            if line.startswith((b"# HELP ", b"# TYPE ")):
                told, samples = families.setdefault(line.split(b" ", 3)[2], ([], []))
                if line not in told:
                    told.append(line)
            elif line and not line.startswith(b"#"):
                samples.append(labelled(line, b'worker="%s"' % worker.encode()))
    return b"".join(line + b"\n" for told, samples in families.values() for line in (*told, *samples))


def labelled(sample: bytes, label: bytes) -> bytes:
    """Add a label to a sample."""
    name, brace, rest = sample.partition(b"{")
    if brace and b" " not in name:
        return name + b"{" + label + (b"" if rest.startswith(b"}") else b",") + rest
    name, _, value = sample.partition(b" ")
    return name + b"{" + label + b"} " + value
