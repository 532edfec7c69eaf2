"""`python -m docs_gen` writes every page again."""

from docs_gen.pages import ROOT, pages


def main() -> None:
    """Write what has changed, and say so."""
    for path, text in pages().items():
        file = ROOT / path
        if not file.exists() or file.read_text("utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
            print(f"written {path}")  # noqa: T201 - what was done


if __name__ == "__main__":
    main()
