"""The unprivileged account a server runs under when Python itself runs as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

# The kernel's overflow id, which every distribution gives to `nobody`.
_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Account:
    """A user and a group by number, with no further groups."""

    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Say which account a server must drop to, without creating one.

    Returns:
        `nobody` if this process is root, else None: the server then runs as whoever runs Python.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(_NOBODY, _NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def may_reach(path: Path, account: Account | None) -> bool:
    """Say whether the account may walk every folder from the root down to `path` (`path` included if a folder).

    Folders that do not exist yet are left out: whoever creates them decides their mode.
    """
    if account is None:
        return True
    real = path.resolve()
    return all(_may_search(folder, account) for folder in (real, *real.parents))


def _may_search(path: Path, account: Account) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return True
    if not stat.S_ISDIR(status.st_mode):
        return True
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def folder_mode(account: Account | None) -> int:
    """Return the mode of a folder we make: closed, but walkable for the account a server drops to."""
    return 0o700 if account is None else 0o711
