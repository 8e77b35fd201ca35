"""Entry of the receiver's process: `python -m collectors.trap DESCRIPTOR`, started by netmon."""

import logging
import signal
import sys

from collectors.trap.receiver import serve


def main() -> int:
    """Serve the control socket whose descriptor is the one argument."""
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    # Ctrl-C reaches the whole process group; the end is when netmon closes the control socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(int(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
