"""How much a reader takes in before it refuses, so that no file can exhaust memory or disk."""

from core.kernel.frozen import frozen

MIB = 1024**2


@frozen(kw_only=True)
class Bounds:
    """Limits of one reading.

    Attributes:
        content_bytes: Most bytes of content after decompression.
        ratio: Most bytes of content per compressed byte; text of real logs stays below 100, bombs come near 1,000.
        ratio_from: Content below which the ratio is not judged, in bytes.
        depth: Deepest nesting of XML elements.
        token_bytes: Most bytes between two XML elements, or inside one tag.
        line_characters: Longest line of a table.
        line_bytes: Longest line of JSON.
        columns: Most columns of a table, and most names in one object of JSON.
        trace_events: Most events of one trace; a longer one is refused, the rest is read on.
        trace_characters: Most characters of one trace's names and values.
    """

    content_bytes: int = 64 * 1024 * MIB
    ratio: int = 300
    ratio_from: int = 16 * MIB
    depth: int = 32
    token_bytes: int = 4 * MIB
    line_characters: int = MIB
    line_bytes: int = 4 * MIB
    columns: int = 1_000
    trace_events: int = 10_000
    trace_characters: int = 8 * MIB


STANDARD_BOUNDS = Bounds()
