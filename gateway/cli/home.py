"""The folder where an embedded Touchstone keeps its servers, secrets and logs."""

import json
import os
import secrets
from pathlib import Path

from core.kernel.frozen import frozen

FOLDER = ".touchstone"
CLOSED = 0o700
WALKABLE = 0o711
SECRETS = ("TOUCHSTONE_ROLE_SECRET", "TOUCHSTONE_MASTER_KEY", "TOUCHSTONE_CURSOR_KEY")


@frozen
class Home:
    """A folder and what lies in it.

    Attributes:
        folder: ``$TOUCHSTONE_HOME``, or ``.touchstone/home`` in the current folder.
    """

    folder: Path

    @classmethod
    def found(cls) -> "Home":
        """Name the folder; nothing is made yet."""
        return cls(Path(os.environ.get("TOUCHSTONE_HOME") or Path.cwd() / FOLDER / "home").absolute())

    def make(self) -> None:
        """Make the folder where it is missing, and close it to others, one made long ago too.

        Servers that root starts run as an account of less rights, which must walk through it to its own folder.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=CLOSED)
        self.folder.chmod(WALKABLE if os.geteuid() == 0 else CLOSED)

    @property
    def postgres(self) -> Path:
        """Where the embedded PostgreSQL lives."""
        return self.folder / "postgres"

    @property
    def valkey(self) -> Path:
        """Where the embedded Valkey lives."""
        return self.folder / "valkey"

    def log(self, name: str) -> Path:
        """Give the log file of a process started from here."""
        logs = self.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        return logs / f"{name}.log"

    def private(self, name: str, text: str) -> Path:
        """Write a file that its owner alone can read, from its first byte on; it is there whole or not at all."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
        return path

    def secrets(self) -> dict[str, str]:
        """Read the secrets of this installation, making them the first time; readable by their owner alone."""
        path = self.folder / "secrets.json"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            fresh = {name: secrets.token_hex(32) for name in SECRETS}
            draft = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(fresh, file)
            try:
                os.link(draft, path)  # fails where another process was first; its secrets hold
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return json.loads(path.read_text())
