"""`python -m evals`: the steps of a measurement, and the commands on gold data, in one group."""

from evals.command_line import everything


def main() -> None:
    """Run the command line of this process."""
    everything()(prog_name="python -m evals")


if __name__ == "__main__":
    main()
