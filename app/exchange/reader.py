"""Reading a foreign workbook: checked, copied, then parsed by a process that can fall without harm.

`read_workbook` is the door. The file is read once, into a copy of ours whose sha256 is kept, so that what is previewed
is what will be applied even if someone saves over it meanwhile. Nothing here writes a notebook.
"""

import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import app
from app.cycles import collector_paused
from app.errors import Cancelled, PlaceFails, reason_of
from app.exchange.errors import REFUSALS, HalfCopied, OpenElsewhere, TooSlow, Unreadable, WorkbookRefused, quoted
from app.exchange.frames import Assembler
from app.exchange.guard import check_bytes, check_place
from app.exchange.limits import LIMITS, Limits
from app.exchange.package import damaged
from app.exchange.reader_process import ARGUMENT, parse
from app.exchange.workbook import Workbook
from app.formatting import NBSP

#: Called with the number of rows read so far.
Progress = Callable[[int], None]

MEMORY = 1_500_000_000
SECONDS = 120
#: The longest line a frame may be: 500 rows of the largest texts that are accepted.
_LONGEST_LINE = 256_000_000
# Without -m, so that the folder one is in cannot lend its modules.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from app.exchange.reader_process import main; main()"
# Windows shares a file by its own rules: what a spreadsheet holds cannot be opened (32) or is partly locked (33).
_SHARING_VIOLATIONS = (32, 33)


@dataclass(frozen=True, slots=True)
class _Copy:
    """Our copy of a file, with what it was called and what its bytes are."""

    file: Path
    name: str
    kind: str
    sha256: str


def read_workbook(
    path: Path,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    headings: Sequence[str] = (),
    limits: Limits = LIMITS,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> Workbook:
    """The workbook in the file `path`, read in a process apart.

    `headings` are those one knows: they tell the separator of a .csv. `cancelled` is asked ten times a second, from
    another thread. Raises WorkbookRefused (one class per reason), Cancelled, or PlaceFails when the disk does.
    """
    with _copied(path, limits) as copy:
        if cancelled is not None and cancelled():
            raise _stopped()
        request = {
            "file": str(copy.file),
            "name": copy.name,
            "kind": copy.kind,
            "memory": memory,
            "seconds": int(seconds) + 1,
            "limits": asdict(limits),
            "headings": list(headings),
        }
        with _process() as process:
            watch = _Watch(process, seconds=seconds, cancelled=cancelled)
            try:
                with collector_paused():
                    assembler = _received(process, json.dumps(request).encode() + b"\n", progress)
            except (WorkbookRefused, ValueError, LookupError, TypeError, OSError, RecursionError) as error:
                watch.raise_if_stopped(copy.name)
                if isinstance(error, WorkbookRefused):
                    raise
                raise _fallen(copy.name) from error
            finally:
                watch.end()
        try:
            return assembler.workbook(path, copy.sha256, copy.kind)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise _fallen(copy.name) from error


def read_here(path: Path, *, headings: Sequence[str] = (), limits: Limits = LIMITS) -> Workbook:
    """The same in this process, for files of our own making and for tests: no limit of memory or time."""
    with _copied(path, limits) as copy:
        assembler = Assembler()
        parse(copy.file, copy.name, copy.kind, assembler.add, limits=limits, headings=headings)
        try:
            return assembler.workbook(path, copy.sha256, copy.kind)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise damaged(copy.name) from error


@contextmanager
def _copied(path: Path, limits: Limits) -> Iterator[_Copy]:
    kind = check_place(path, limits)
    with TemporaryDirectory(prefix="carnet-lecture-") as folder:
        file = Path(folder) / f"classeur.{kind}"
        try:
            before = path.stat()
            digest = hashlib.sha256()
            with path.open("rb") as source, file.open("wb") as target:
                while piece := source.read(1 << 20):
                    digest.update(piece)
                    target.write(piece)
            after = path.stat()
        except PermissionError as error:
            if getattr(error, "winerror", None) in _SHARING_VIOLATIONS:
                raise OpenElsewhere(
                    f"Le classeur {quoted(path.name)} est tenu par un autre programme.",
                    advice="Enregistrez-le et fermez-le, puis réessayez.",
                ) from error
            raise _place_fails(path, error) from error
        except OSError as error:
            raise _place_fails(path, error) from error
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or (
            file.stat().st_size != after.st_size
        ):
            raise HalfCopied(
                f"{quoted(path.name)} est en train de changer{NBSP}: sa copie n’est pas finie.",
                advice="Attendez qu’elle le soit, puis réessayez.",
            )
        check_bytes(file, path.name, kind, limits)
        yield _Copy(file, path.name, kind, digest.hexdigest())


def _place_fails(path: Path, error: OSError) -> PlaceFails:
    return PlaceFails(
        f"{quoted(path.name)} n’a pas pu être lu{NBSP}: {reason_of(error)}. Rien n’a été changé.",
        advice="Copiez-le sur cet ordinateur, puis réessayez.",
    )


# -- the process ---------------------------------------------------------------------------------------------------


@contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    if getattr(sys, "frozen", False):
        command = [sys.executable, ARGUMENT]
    else:
        root = str(Path(app.__file__).parent.parent)
        command = [sys.executable, "-I", "-X", "utf8", "-c", _START, root]
    no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, creationflags=no_window
    )
    try:
        yield process
    finally:
        process.kill()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            # What was still to be sent to a process that has fallen is of no use.
            with suppress(OSError):
                stream.close()
        process.wait()


def _received(process: subprocess.Popen[bytes], request: bytes, progress: Progress | None) -> Assembler:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(request)
    process.stdin.flush()
    assembler = Assembler()
    for text in _lines(process.stdout):
        frame = json.loads(text)
        if "refused" in frame:
            kind, message, advice = frame["refused"]
            raise REFUSALS[kind](str(message), advice=str(advice))
        assembler.add(frame)
        if progress is not None and "rows" in frame:
            progress(assembler.received)
        if "end" in frame:
            return assembler
    raise ValueError("the reading process fell")


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while text := stream.readline(_LONGEST_LINE):
        if not text.endswith(b"\n"):
            raise ValueError("a line without end")
        yield text


def _fallen(name: str) -> Unreadable:
    return Unreadable(
        f"{quoted(name)} est illisible{NBSP}: sa lecture s’est arrêtée net, à part, sans toucher à l’application.",
        advice=damaged(name).advice,
    )


def _stopped() -> Cancelled:
    return Cancelled("La lecture du classeur a été arrêtée.", advice="Rien n’a été changé.")


class _Watch:
    """Ends the reading process when the person asks for it or when it takes too long."""

    def __init__(
        self, process: subprocess.Popen[bytes], *, seconds: float, cancelled: Callable[[], bool] | None
    ) -> None:
        self._process = process
        self._end_at = time.monotonic() + seconds
        self._cancelled = cancelled
        self._why: str | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lecture", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(0.1):
            if self._cancelled is not None and self._cancelled():
                self._why = "cancelled"
            elif time.monotonic() > self._end_at:
                self._why = "slow"
            if self._why:
                self._process.kill()
                return

    def end(self) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join()

    def raise_if_stopped(self, name: str) -> None:
        """Say why the process was ended, if it was."""
        self.end()
        if self._why == "cancelled":
            raise _stopped()
        # The system may end it first, by its own count.
        if self._why == "slow" or time.monotonic() > self._end_at:
            raise TooSlow(
                f"La lecture de {quoted(name)} durait trop longtemps{NBSP}: elle a été arrêtée.",
                advice="Enlevez les feuilles inutiles, ou partagez-le en plusieurs classeurs.",
            )
