"""`cli.md`, from the commands themselves."""

from collections.abc import Iterator
from typing import Any

import typer

from docs_gen.markdown import code, heading, table
from fibregate.cli.main import app


def page() -> str:
    """Every command with its help."""
    top = heading(
        "The command `fibregate`",
        "`src/fibregate/cli`",
        "`--help` after any command says the same. Exit codes: 0 done, 1 refused or failed (the reason is on standard "
        "error), 2 the command line was not understood.",
    )
    found = dict(commands())
    overview = table(["command", "what it does"], [[code(name), _first(one)] for name, one in found.items()])
    return "\n".join([top, overview, *(_chapter(name, one) for name, one in found.items())])


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    yield from _below("fibregate", typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner: dict[str, Any] | None = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, one in inner.items():
        yield from _below(f"{name} {word}", one)


def _first(command: Any) -> str:
    return " ".join(str(command.help or "").split("\n\n")[0].split())


def _chapter(name: str, command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    usage = " ".join([name, *(_place(one) for one in arguments), *(["[OPTIONS]"] if options else [])])
    parts = [f"## `{name}`\n", f"{_paragraphs(command.help)}\n", f"```\n{usage}\n```\n"]
    rows = [[code(_spelling(one)), _help(one)] for one in [*arguments, *options]]
    if rows:
        parts.append(table(["", ""], rows))
    if command.epilog:
        parts.append(f"{_example(str(command.epilog))}\n")
    return "\n".join(parts)


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(one.split()) for one in (text or "").split("\n\n"))


def _place(argument: Any) -> str:
    shown = argument.metavar or argument.name.upper()
    return shown if argument.required else f"[{shown}]"


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _place(parameter)
    names = "/".join([", ".join(parameter.opts), *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {parameter.metavar or parameter.name.upper()}"


def _help(parameter: Any) -> str:
    default = parameter.default
    told = str(parameter.help or "")
    if parameter.required and parameter.param_type_name == "option":
        return f"{told} Required."
    if default is None or default == "" or callable(default) or isinstance(default, bool):
        return told
    return f"{told} Default: {code(getattr(default, 'value', default))}."


def _example(text: str) -> str:
    said, colon, command = text.partition("Example: ")
    return f"{said}Example: `{command}`" if colon else text
