"""Where the command `carnet` (and `python -m app`) begins."""

import sys

#: What the reading process is started with (app.exchange.reader).
READ_A_WORKBOOK = "--lire-un-classeur"


def run() -> None:
    """Answer the command line of this process and leave with its exit code."""
    try:
        if sys.argv[1:] == [READ_A_WORKBOOK]:
            # A frozen build has no Python to start: it starts itself, to read a foreign file apart.
            from app.exchange import reader_process

            reader_process.main()
            return
        from app.cli import main

        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # before the command line was even read
        sys.exit(130)


if __name__ == "__main__":
    run()
