"""Where a server's data really lies: inside the wanted folder, or elsewhere if its account cannot get there.

Root's own folders are closed to the account a server drops to, and opening them is not ours to do. The data then
lies in a private folder outside, and the wanted folder keeps a record of it, so that every restart finds it again.
"""

import secrets
from pathlib import Path

from touchstone_runtime.accounts import Account, folder_mode, may_reach
from touchstone_runtime.errors import FolderIsACopy
from touchstone_runtime.places import lasting_place, private_folder, require_private

_RECORD = "data-lies-in"
_OWNER = "belongs-to"


def home_of_data(folder: Path, account: Account | None) -> Path:
    """Return the folder that holds the data folder: `folder` itself, or one outside that the account reaches.

    Args:
        folder: The wanted folder; it exists.
        account: The account the server drops to, or None.

    Raises:
        FolderIsACopy: The folder was copied and points at the data of the original.
        FolderIsNotPrivate: What the record points at is not ours.
        NoPrivatePlace: There is no place outside.
    """
    record = folder / _RECORD
    if record.exists():
        home = Path(record.read_text(encoding="utf-8").strip())
        if home.is_dir():
            return _claimed(record, home)
    if may_reach(folder, account):
        return folder
    home = private_folder(lasting_place(account) / "data", account) / secrets.token_hex(8)
    home.mkdir(mode=folder_mode(account))
    (home / _OWNER).write_text(f"{folder.resolve()}\n", encoding="utf-8")
    record.write_text(f"{home}\n", encoding="utf-8")
    return home


def _claimed(record: Path, home: Path) -> Path:
    """Check that the home was not recorded by another folder that still has it; a moved folder keeps its data."""
    require_private(home)
    owner_file, here = home / _OWNER, record.parent.resolve()
    owner = Path(owner_file.read_text(encoding="utf-8").strip())
    if owner != here:
        if (owner / _RECORD).exists():
            raise FolderIsACopy(record, owner)
        owner_file.write_text(f"{here}\n", encoding="utf-8")
    return home
