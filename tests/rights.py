"""A person without rights, and a disk without room: for real, whoever runs the tests."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


@contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that anybody may enter; those of pytest are closed to others than who runs it."""
    with tempfile.TemporaryDirectory(prefix="carnet-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def as_somebody_else(folder: Path, mode: int = 0o555) -> Iterator[None]:
    """Run as a person who may not write in `folder`; root needs to become somebody else for that."""
    folder.chmod(mode)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(NOBODY)
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A disk of its own of that many kilobytes, mounted at `folder`; skips the test where one may not mount."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True)
    except OSError:
        pytest.skip("no mount here")
    if done.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
