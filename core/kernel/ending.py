"""Whether what runs was told to end."""

import asyncio


def is_ending() -> bool:
    """Tell whether this task was asked to end, and not only something it had begun itself was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
