"""`python -m fibregate` is the command `fibregate`."""

import gc

gc.disable()  # what is imported stands to the end: to look for garbage in it takes an eighth of a start

from fibregate.cli.main import app  # noqa: E402


def main() -> None:
    """Run the command line."""
    gc.enable()
    app()


if __name__ == "__main__":
    main()
