"""Opening as fast as it goes: what the first window does not need is loaded without what slows imports down."""

import builtins
import gc
from collections.abc import Iterator
from contextlib import contextmanager

# This module is loaded before Qt: Python's own import.
_import = builtins.__import__


def plain_imports() -> None:
    """Import with Python's own import again, once Qt is there.

    Qt for Python replaces it to offer its « features » (snake case…), which nothing here uses: it then reads the source
    of every module imported after it, to see whether they do. That is a tenth of the time of the first window and a
    fifth of what follows.
    """
    builtins.__import__ = _import


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collection in the block, which fills the memory with what stays: modules, declarations, the first page.

    At its end all that is set apart (`gc.freeze`), so that later collections, each a short pause of the window, no
    longer walk through it.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
