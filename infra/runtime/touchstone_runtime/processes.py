"""What the machine says about a process."""

import os
import subprocess
from pathlib import Path
from threading import Thread


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and only waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    # The second field is the program's name in brackets and may itself hold brackets and spaces.
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def works_in(pid: int, folder: Path) -> bool | None:
    """Say whether a process has `folder` as its working folder; None where the machine does not tell."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except OSError:
        return None


def ends_within(process: "subprocess.Popen[bytes]", patience_s: float) -> bool:
    """Wait until a process of ours ends, at most so many seconds; say whether it did.

    `Popen.wait` with a limit looks every 50 ms; a thread that waits without one is woken at once.
    """
    waiting = Thread(target=process.wait, daemon=True)
    waiting.start()
    waiting.join(patience_s)
    return not waiting.is_alive()
