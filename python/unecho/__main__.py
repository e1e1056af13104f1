"""The command line: ``unecho`` and ``python -m unecho``."""

import sys

from unecho._unecho import command


def main() -> int:
    """Runs the command line; the exit code."""
    return command(["unecho", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
