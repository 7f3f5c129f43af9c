"""Where a Unix socket may lie: its path has room for 107 bytes."""

import hashlib
import os
from pathlib import Path

from touchstone_runtime.accounts import Account
from touchstone_runtime.places import private_folder, short_place

_ROOM = 107
_LONGEST_NAME = "/.s.PGSQL.65535"


def socket_folder(data: Path, account: Account | None) -> Path:
    """Return the data folder, or if its path is too long a short private folder that belongs to it alone.

    Args:
        data: A data folder, closed to all but the server's account.
        account: The account the server drops to, or None.
    """
    if len(os.fsencode(data)) + len(_LONGEST_NAME) <= _ROOM:
        return data
    name = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:12]
    folder = private_folder(short_place(account) / "sockets", account) / name
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    return folder
