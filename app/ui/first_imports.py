"""Opening as fast as it goes: what the first window does not need is loaded without what slows imports down."""

import builtins
import gc
from collections.abc import Iterator
from contextlib import contextmanager

# This module is loaded before Qt: Python's own import.
_import = builtins.__import__


@contextmanager
def quick_imports() -> Iterator[None]:
    """In the block, modules that do not import Qt are loaded by Python's own import.

    Qt for Python replaces it to watch for its « features », which nothing here uses; over the hundreds of modules below
    the window that costs a quarter of their loading.
    """
    watched = builtins.__import__
    builtins.__import__ = _import
    try:
        yield
    finally:
        builtins.__import__ = watched


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
