"""The process that reads a foreign workbook, apart from the application and short of means.

The request comes on its input (one JSON object), frames go to its output (see `frames`). It limits its own memory and
processor time first, so that whatever the file does, what falls is this process alone. A frozen application starts
itself with `ARGUMENT` alone; `app.__main__` then calls `main` and nothing else.
"""

import gc
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.exchange import delimited, opendocument, spreadsheetml
from app.exchange.errors import TooHeavy, WorkbookRefused, quoted
from app.exchange.frames import Emit, line
from app.exchange.limits import LIMITS, Limits, Meter
from app.exchange.package import Package, damaged
from app.formatting import NBSP

ARGUMENT = "--lire-un-classeur"


def main() -> None:
    """Answer one request, then end."""
    # Cells make no cycles: looking for some among a million of them takes as long as reading them.
    gc.disable()
    request = json.loads(sys.stdin.buffer.readline())
    limit_memory(request["memory"])
    limit_processor(request["seconds"])
    output = sys.stdout.buffer

    def emit(frame: Mapping[str, Any]) -> None:
        output.write(line(dict(frame)))

    try:
        parse(
            Path(request["file"]),
            request["name"],
            request["kind"],
            emit,
            limits=Limits(**request["limits"]),
            headings=request["headings"],
        )
    except WorkbookRefused as error:
        emit({"refused": [type(error).__name__, error.message, error.advice]})
    output.flush()


def parse(
    file: Path, name: str, kind: str, emit: Emit, *, limits: Limits = LIMITS, headings: Sequence[str] = ()
) -> Meter:
    """Read the `file`, that people call `name`, and emit its frames; returns what was counted on the way.

    Raises WorkbookRefused and nothing else: a file that makes our own code stumble is unreadable too.
    """
    meter = Meter(name, limits)
    try:
        if kind == "csv":
            delimited.read(file, name, meter, emit, headings=headings)
        else:
            with Package.opened(file, name, limits) as package:
                package.check_content(kind)
                (spreadsheetml if kind == "xlsx" else opendocument).read(package, meter, emit)
    except WorkbookRefused:
        raise
    except MemoryError:
        raise TooHeavy(
            f"{quoted(name)} demande plus de mémoire qu’un classeur n’en prend{NBSP}: sa lecture a été arrêtée.",
            advice="Enlevez les feuilles inutiles, ou partagez-le en plusieurs classeurs.",
        ) from None
    except Exception as error:
        raise damaged(name) from error
    return meter


def limit_memory(size: int) -> bool:
    """Let this process have `size` bytes at most; False where the system offers no way."""
    if sys.platform == "win32":
        from app.exchange.windows_job import limit_memory_of_job

        return limit_memory_of_job(size)
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        # A crash leaves no image of the file behind, and nothing here writes to the disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except (ValueError, OSError):
        return False
    # macOS takes the limit and ignores it: the cells are counted all the same.
    return sys.platform != "darwin"


def limit_processor(seconds: int) -> None:
    """Let this process work for so long, should the application no longer be there to stop it."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    main()
