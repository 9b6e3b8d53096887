"""A person without rights, and a disk without room: for real, whoever runs the tests."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

#: Linux: the version of the capability sets, and the two (DAC_OVERRIDE, DAC_READ_SEARCH) that open every file to root.
CAPABILITY_VERSION = 0x20080522
OVERRIDES = 1 << 1 | 1 << 2


@contextmanager
def without_right_to_write(folder: Path) -> Iterator[None]:
    """Run as a person who may not write in `folder`.

    Root, to whom every file is open, gives that privilege up and stays who it is: another user might not even read the
    program.
    """
    folder.chmod(0o555)
    try:
        if os.geteuid() == 0:
            with _without_privilege():
                yield
        else:
            yield
    finally:
        folder.chmod(0o755)


@contextmanager
def _without_privilege() -> Iterator[None]:
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    # Two rows of 32 capabilities, each as effective, permitted, inheritable.
    held = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, held) == 0, os.strerror(ctypes.get_errno())
    fewer = (ctypes.c_uint32 * 6)(*held)
    fewer[0] &= ~OVERRIDES
    assert libc.capset(header, fewer) == 0, os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        assert libc.capset(header, held) == 0, os.strerror(ctypes.get_errno())


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
