"""When Python looks for rings of objects that nobody holds."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector out of work whose many objects live until it is done.

    Rows of a long file are of that kind: to walk over them again and again takes a quarter of the time. The renderers,
    which may import nothing of the program, have the same for the boxes of a long table (`reports.renderers.pdf`).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
