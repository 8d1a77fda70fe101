"""The entry of the command line."""

from extractor.cli.app import app


def main() -> None:
    """Run the command line of this process."""
    app(prog_name="extractor")


if __name__ == "__main__":
    main()
