"""What is packed otherwise than once with gzip is refused by its name, whatever the log's format."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterator

import pytest

from core.records.errors import LogTooLarge, LogUnreadable
from core.records.logs.bounds import Bounds
from core.records.logs.delimited import TableShape, read_delimited
from core.records.logs.lines import LineShape, read_lines
from core.records.logs.sources import LogStream
from core.records.logs.traces import Trace
from core.records.logs.xes import read_xes
from tests.core.records.builders import stream_of, xes_log, xes_trace

Reader = Callable[[LogStream], Iterator[Trace]]
READERS: dict[str, tuple[Reader, bytes]] = {
    "xes": (lambda stream: read_xes(stream, "concept:name"), xes_log(xes_trace("a", [{"k": "v"}]))),
    "csv": (lambda stream: read_delimited(stream, TableShape(case="case")), b"case,k\na,v\n"),
    "ndjson": (lambda stream: read_lines(stream, LineShape(case="case")), b'{"case": "a", "k": "v"}\n'),
    "cases": (lambda stream: read_lines(stream, LineShape(case="case", events="k")), b'{"case": "a", "k": [{}]}\n'),
}


def zip_file(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("log", content)
    return file.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip within gzip": lambda content: gzip.compress(gzip.compress(content)),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "ZIP": zip_file,
    "Zstandard": lambda content: b"\x28\xb5\x2f\xfd" + content,
}


@pytest.mark.parametrize("format_", READERS)
@pytest.mark.parametrize("packer", PACKERS)
def test_what_is_packed_another_way_is_refused_by_its_name(format_: str, packer: str) -> None:
    read, content = READERS[format_]
    for packed in (PACKERS[packer](content), gzip.compress(PACKERS[packer](content))):
        with pytest.raises(LogUnreadable, match="it is packed as"):
            list(read(stream_of(packed)))
    with pytest.raises(LogUnreadable, match=packer):
        list(read(stream_of(PACKERS[packer](content))))


@pytest.mark.parametrize("format_", READERS)
def test_gzip_is_read_in_one_piece_or_several(format_: str) -> None:
    read, content = READERS[format_]
    half = len(content) // 2
    for packed in (gzip.compress(content), gzip.compress(content[:half]) + gzip.compress(content[half:])):
        assert [trace.external_id for trace in read(stream_of(packed))] == ["a"]


@pytest.mark.parametrize("format_", READERS)
def test_a_gzip_file_that_is_cut_off_is_refused(format_: str) -> None:
    read, content = READERS[format_]
    with pytest.raises(LogUnreadable, match="compressed data is damaged"):
        list(read(stream_of(gzip.compress(content)[:-6])))


@pytest.mark.parametrize("format_", READERS)
def test_a_bomb_is_refused_before_it_is_unpacked(format_: str) -> None:
    read, content = READERS[format_]
    endless = content.replace(b"<trace>", b"<a/>" * 1_000_000 + b"<trace>") + b"\n" * 4_000_000
    stream = stream_of(gzip.compress(endless), bounds=Bounds(ratio_from=100_000))
    with pytest.raises(LogTooLarge, match="each compressed byte unpacks"):
        list(read(stream))
    assert stream.consumed < 100_000
