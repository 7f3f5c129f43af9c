"""What a process looks through for garbage: little while it comes up, nothing when it ends."""

import subprocess
import sys

PROGRAM = """
import gc
from gateway.collecting import collect_seldom, leave, settle

class Loud:
    def __del__(self):
        print("taken apart")

collect_seldom()
print(gc.get_threshold())
loud = Loud()
loud.itself = loud
del loud
{end}
"""


def said(end: str) -> list[str]:
    """Run a small process to its end."""
    program = PROGRAM.format(end=end)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )


def test_a_process_that_leaves_takes_nothing_apart() -> None:
    """The interpreter would look through all that is there; what it is not to look through goes with the memory."""
    assert said("") == ["(20000, 20, 50)", "taken apart", ""]
    assert said("leave()") == ["(20000, 20, 50)", ""]


def test_a_process_that_settles_collects_what_comes_afterwards() -> None:
    """What was there stays; what is garbage later goes."""
    later = "settle(); loud = Loud(); loud.itself = loud; del loud; print(gc.isenabled(), gc.collect() > 0)"
    assert said(later) == ["(20000, 20, 50)", "taken apart", "True True", ""]
