"""Folders that nobody else could have planted or can change."""

import os
import stat
from pathlib import Path

from touchstone_runtime.accounts import Account, folder_mode, may_reach
from touchstone_runtime.errors import FolderIsNotPrivate, NoPrivatePlace

# What root keeps between two boots lies where only root can create names; the others are for machines where that
# is mounted read-only.
_LASTING = (Path("/var/lib"), Path("/var/tmp"), Path("/tmp"))  # noqa: S108  # verified before use, below
_PASSING = (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"))  # noqa: S108  # verified before use, below


def require_private(folder: Path) -> None:
    """Refuse a folder that another user owns or may write to.

    Raises:
        FolderIsNotPrivate: It is a link, belongs to somebody else, or others may write in it.
    """
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise FolderIsNotPrivate(folder, "it is not a folder")
    if status.st_uid != os.geteuid():
        raise FolderIsNotPrivate(folder, f"it belongs to user {status.st_uid}")
    if status.st_mode & stat.S_IWOTH:
        raise FolderIsNotPrivate(folder, "everybody may write in it")


def private_folder(folder: Path, account: Account | None) -> Path:
    """Make sure that `folder` exists and is ours alone; an existing folder keeps its mode.

    Raises:
        FolderIsNotPrivate: Somebody else owns it or may write in it.
    """
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=folder_mode(account), exist_ok=True)
    require_private(folder)
    return folder


def lasting_place(account: Account | None, *, executable: bool = False) -> Path:
    """Return a folder of ours for data and copies of programs that the account reaches and that outlives a boot.

    Args:
        account: Whoever must reach it.
        executable: Whether programs will be started from there.

    Raises:
        NoPrivatePlace: None of the usual places will do.
    """
    return _first_of(_LASTING, account, executable=executable)


def short_place(account: Account | None) -> Path:
    """Return a folder of ours with a short path, for sockets.

    Raises:
        NoPrivatePlace: None of the usual places will do.
    """
    return _first_of(_PASSING, account, executable=False)


def _first_of(candidates: tuple[Path, ...], account: Account | None, *, executable: bool) -> Path:
    reasons: list[str] = []
    for parent in candidates:
        folder = parent / f"touchstone-{os.geteuid()}"
        try:
            reason = _unfit(private_folder(folder, account), account, executable=executable)
        except (OSError, FolderIsNotPrivate) as fault:
            reason = str(fault)
        if reason is None:
            return folder
        reasons.append(reason)
    raise NoPrivatePlace(reasons)


def _unfit(folder: Path, account: Account | None, *, executable: bool) -> str | None:
    if not os.access(folder, os.W_OK):
        return f"{folder} is read-only"
    if not may_reach(folder, account):
        return f"{folder} is closed to the account"
    if executable and os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return f"{folder} is mounted noexec"
    return None
