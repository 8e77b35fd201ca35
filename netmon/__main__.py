"""`python -m netmon`: the command line."""

import sys

from netmon.cli import main

if __name__ == "__main__":
    sys.exit(main())
