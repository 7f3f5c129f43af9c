"""Becomes a server: drops root, binds its life to its parent's, and replaces itself by the program.

Run as a script by `spawning`, never imported: `launcher.py PARENT SIGNAL UID GID PROGRAM [ARGUMENT...]`, UID and
GID `-` to stay who one is. A program of its own instead of a `preexec_fn`, which may deadlock in a threaded Python.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Drop root, ask for the parent-death signal, and start the program."""
    parent, signal_number, uid, gid, *command = arguments
    os.umask(0o077)
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    # Changing the user clears the wish for a signal, so it comes after.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("the process that asked for this server is gone")
    os.execv(command[0], command)  # noqa: S606  # becoming the server is the point


if __name__ == "__main__":
    main(sys.argv[1:])
