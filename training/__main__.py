"""`python -m training`."""

import sys

from extractor.errors import ExtractorError
from training.command_line import app


def main() -> int:
    """Run the command line of this process; return its exit code."""
    try:
        app(prog_name="python -m training", standalone_mode=True)
    except ExtractorError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
