"""Programs of a server, found somewhere on this machine."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_VERSION = re.compile(r"(?:\(PostgreSQL\) |Valkey server v=)(?P<version>(?P<major>\d+)\S*)")


@dataclass(frozen=True, slots=True)
class Installation:
    """Programs that belong together.

    Attributes:
        name: `postgresql` or `valkey`.
        version: As the server itself says, for example `18.6`.
        programs: The folder of the programs.
        server: The server program in that folder.
        top: The folder that `parts` are relative to.
        parts: All that must be copied for the programs to run elsewhere.
    """

    name: str
    version: str
    programs: Path
    server: Path
    top: Path
    parts: tuple[str, ...]

    @property
    def major(self) -> int:
        """The number before the first dot."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def version_of(program: Path) -> str | None:
    """Ask a server program for its version.

    Returns:
        For example `18.6`, or None if it is no server of a known kind or does not run on this machine.
    """
    try:
        answer = subprocess.run(  # noqa: S603  # the program is one we are about to start as a server
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = _VERSION.search(answer.stdout)
    return None if found is None else found["version"]
