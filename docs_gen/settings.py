"""`settings.md`, from `settings.py`."""

from typing import Any

import annotated_types
from pydantic.fields import FieldInfo

from docs_gen.markdown import code, heading, table
from fibregate.settings import Settings

_WORDS = {annotated_types.Ge: "at least", annotated_types.Gt: "more than", annotated_types.Le: "at most"}


def page() -> str:
    """One row a setting."""
    top = heading(
        "Settings",
        "`src/fibregate/settings.py`",
        "Every setting is read from the environment when a process starts. `--database` and `--data` on the command "
        "line win over theirs. Lists are written as JSON. An unknown name is ignored; a value that is not accepted "
        "stops the start and is named.",
        "How they are used in production is told in [production.md](production.md).",
    )
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return top + "\n" + table(["variable", "what it does", "type", "default", "accepted"], rows)


def _row(name: str, field: FieldInfo) -> list[str]:
    return [code(variable(name)), field.description or "", code(_kind(field)), code(_default(field)), _bounds(field)]


def variable(name: str) -> str:
    """As the environment has it."""
    return f"{Settings.model_config.get('env_prefix', '')}{name}".upper()


def _kind(field: FieldInfo) -> str:
    text = getattr(field.annotation, "__name__", "") if isinstance(field.annotation, type) else ""
    shown = text if text and "[" not in str(field.annotation) else str(field.annotation)
    for long in ("pydantic.types.", "pathlib.", "typing.", " | None"):
        shown = shown.replace(long, "")
    return {"SecretStr": "text, secret", "Path": "path", "str": "text"}.get(shown, shown)


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bounds(field: FieldInfo) -> str:
    found: list[str] = []
    for one in field.metadata:
        for kind, word in _WORDS.items():
            if isinstance(one, kind):
                found.append(f"{word} {getattr(one, kind.__name__.lower())}")
    return ", ".join(found)
