"""What opening turns off for a moment is on again afterwards, even after a fault."""

import builtins
import gc

import pytest

from app.ui.first_imports import collector_paused, quick_imports


def test_imports_are_watched_again_after_the_block():
    watched = builtins.__import__
    with pytest.raises(ModuleNotFoundError), quick_imports():
        import a_module_that_does_not_exist  # noqa: F401
    assert builtins.__import__ is watched


def test_the_collector_works_again_after_the_block():
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ModuleNotFoundError), collector_paused():
        import a_module_that_does_not_exist  # noqa: F401
    assert gc.isenabled()
