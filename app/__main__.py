"""Where the command `carnet` (and `python -m app`) begins."""

import sys


def run() -> None:
    """Answer the command line of this process and leave with its exit code."""
    try:
        from app.cli import main

        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # before the command line was even read
        sys.exit(130)


if __name__ == "__main__":
    run()
