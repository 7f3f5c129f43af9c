"""Topics that clocks are worked out on."""

from typing import Final

TIME_CHUNK: Final = "records.time_chunk"
"""Command: work out the clocks of what one chunk of an import brought in."""
