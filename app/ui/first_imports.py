"""Opening as fast as it goes: what the first window does not need is loaded without what slows imports down."""

import builtins

# This module is loaded before Qt: Python's own import.
_import = builtins.__import__


def plain_imports() -> None:
    """Import with Python's own import again, once Qt is there.

    Qt for Python replaces it to offer its « features » (snake case…), which nothing here uses: it then reads the source
    of every module imported after it, to see whether they do. That is a tenth of the time of the first window and a
    fifth of what follows.
    """
    builtins.__import__ = _import
