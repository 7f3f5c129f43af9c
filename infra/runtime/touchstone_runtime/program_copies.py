"""A copy of a server's programs for an account that cannot reach the original, made once and used again."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from touchstone_runtime.accounts import Account, may_reach
from touchstone_runtime.installation import Installation
from touchstone_runtime.places import lasting_place, private_folder


def reachable(installation: Installation, account: Account | None) -> Path:
    """Return a folder with the programs that the account can start.

    Args:
        installation: What was chosen.
        account: The account the server drops to, or None.

    Raises:
        NoPrivatePlace: There is no place for the copy.
    """
    if may_reach(installation.programs, account):
        return installation.programs
    shelf = private_folder(lasting_place(account, executable=True) / "programs", account)
    copy = shelf / f"{installation.name}-{installation.version}-{_digest(installation)}"
    if not _is_whole(installation, copy):
        _copy(installation, copy)
    return copy / installation.programs.relative_to(installation.top)


def _files(installation: Installation) -> Iterator[tuple[Path, int]]:
    """Yield every file, relative to the top, with its size in bytes."""
    for part in installation.parts:
        start = installation.top / part
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            if path.is_file():
                yield path.relative_to(installation.top), path.stat().st_size


def _digest(installation: Installation) -> str:
    """Identify the installation by the names and sizes of its files and by the bytes of the server itself."""
    listing = hashlib.sha256(installation.server.read_bytes())
    for path, size in _files(installation):
        listing.update(f"{path}\0{size}\n".encode())
    return listing.hexdigest()[:16]


def _is_whole(installation: Installation, copy: Path) -> bool:
    """Say whether nothing is missing: sweepers of temporary folders take single files."""
    return all((copy / path).is_file() and (copy / path).stat().st_size == size for path, size in _files(installation))


def _copy(installation: Installation, copy: Path) -> None:
    partial = copy.with_name(f".{copy.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    for path, _ in _files(installation):
        target = partial / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(installation.top / path, target)
        executable = (installation.top / path).stat().st_mode & stat.S_IXUSR
        target.chmod(0o755 if executable else 0o644)
    for folder in (partial, *(path for path in partial.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    shutil.rmtree(copy, ignore_errors=True)
    try:
        partial.rename(copy)
    except OSError:
        # Another process finished the same copy first; a folder with content is never replaced by a rename.
        shutil.rmtree(partial, ignore_errors=True)
        if not _is_whole(installation, copy):
            raise
