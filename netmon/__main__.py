"""The program: `netmon` and `python -m netmon`; from its first moment a signal ends it cleanly."""

import signal
import sys
from typing import Final

EXIT_INTERRUPTED: Final = 130


def main() -> int:
    """Run the command line; return its exit code."""
    # SIGTERM ends it as Ctrl-C does, until the event loop takes both over.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from netmon import cli  # noqa: PLC0415 - takes a second, in which Ctrl-C is no traceback

        return cli.main()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
