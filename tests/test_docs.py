"""The docs are true: generated pages fresh, links whole, names real, examples valid."""

import ast
import base64
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from docs_gen import api, cli, errors, settings, states
from docs_gen.markdown import slug
from docs_gen.pages import pages

from fibregate.clock import RealTime
from fibregate.kcis.delivery import signing
from fibregate.settings import Settings
from fibregate.vocabulary import OrderStatus

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "fibregate"
DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GENERATED = pages()
BY_HAND = [page for page in DOCS if page.relative_to(ROOT).as_posix() not in GENERATED]
FENCE = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (ROOT / name).exists(), "run `make docs`"
    assert read(name) == GENERATED[name], "stale: run `make docs`"


def test_no_page_of_a_door_that_is_gone_is_left() -> None:
    left = {name_of(page) for page in (ROOT / "docs" / "reference" / "api").glob("*.md")}
    assert left == {name for name in GENERATED if "/api/" in name}


def test_every_setting_error_state_and_command_is_documented() -> None:
    shown = "\n".join(GENERATED.values())
    wanted = [
        *(settings.variable(name) for name in Settings.model_fields),
        *(kind.__name__ for kind in errors.kinds()),
        *(one.value for kind in states.enums() for one in kind),
        *(one.value for one in OrderStatus),
        *(name for name, _ in cli.commands()),
    ]
    assert not [one for one in wanted if f"`{one}`" not in shown]


def test_every_command_has_help_and_an_example() -> None:
    assert not [name for name, one in cli.commands() if not one.help or "Example: " not in str(one.epilog)]


def test_every_setting_and_error_says_what_it_is() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]
    assert not [kind.__name__ for kind in errors.kinds() if not kind.__doc__]


@pytest.mark.parametrize("page", DOCS, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    broken: list[str] = []
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {slug(one.replace("`", "")) for one in headings}


def test_pages_that_the_code_points_to_are_there() -> None:
    pointed = {
        (name_of(file), path)
        for file in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.sql"), *SOURCE.rglob("*.yaml")]
        for path in re.findall(r"docs/[\w/.-]+\.md", file.read_text("utf-8"))
    }
    assert pointed
    assert not [one for one in pointed if not (ROOT / one[1]).exists()]


def test_the_docs_name_only_commands_and_targets_that_exist() -> None:
    commands = {name for name, _ in cli.commands()}
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    wrong: list[tuple[str, str]] = []
    for page in BY_HAND:
        text = page.read_text("utf-8")
        for one in re.findall(r"(?:^|`)(fibregate(?: [a-z-]+)+)", text, re.MULTILINE):
            words = one.split()
            if not {" ".join(words[:length]) for length in (2, 3, 4)} & commands:
                wrong.append((name_of(page), one))
        wrong += [(name_of(page), one) for one in re.findall(r"`make ([a-z]+)", text) if one not in targets]
    assert not wrong


def test_the_docs_name_only_settings_that_exist() -> None:
    known = {settings.variable(name) for name in Settings.model_fields} | {"FIBREGATE_RUNTIME_PASSWORD"}
    named = {one for page in BY_HAND for one in re.findall(r"FIBREGATE_[A-Z_]+", page.read_text("utf-8"))}
    assert named <= known


def test_the_proofs_that_the_readme_names_are_there() -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", read("README.md")))
    assert named
    assert not [one for one in named if not _tests_in(ROOT / one)]


def _tests_in(place: Path) -> bool:
    return place.is_file() or any(place.rglob("test_*.py"))


def test_the_docs_stand_alone() -> None:
    """Readers have this repository and nothing of where it was written: no page names a folder of anybody's machine."""
    foreign = re.compile(r"(?<![\w./])/(?:home|root|Users|work|opt)/[\w.-]+")
    assert not [(name_of(page), found[0]) for page in DOCS if (found := foreign.search(page.read_text("utf-8")))]


def floors_told() -> list[str]:
    found = re.search(r"```floors\n(.*?)```", read("docs/house.md"), re.DOTALL)
    assert found
    return found[1].splitlines()


def test_the_floors_of_the_house_are_those_of_the_contract() -> None:
    layers: list[str] = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    contract = [[one.strip(" ()").removeprefix("fibregate.") for one in layer.split("|")] for layer in layers]
    assert [[one.strip(" ()") for one in floor.split("|")] for floor in floors_told()] == contract
    rooms = [one.strip() for floor in floors_told() for one in floor.split("|")]
    assert not [one for one in rooms if one.startswith("(") == _is_room(one.strip("()"))], "parentheses: not built yet"


def _is_room(name: str) -> bool:
    return (SOURCE / name / "__init__.py").exists() or (SOURCE / f"{name}.py").exists()


def test_the_rooms_of_the_house_are_those_of_the_tree() -> None:
    told = re.findall(r"^\| `(\w+)` \|", read("docs/house.md"), re.MULTILINE)
    found = {one.stem for one in SOURCE.iterdir() if one.suffix == ".py" and one.stem != "__init__"}
    found |= {one.name for one in SOURCE.iterdir() if one.is_dir() and one.name != "__pycache__"}
    assert sorted(told) == sorted(found)


def test_every_dependency_has_its_line() -> None:
    project: list[str] = PYPROJECT["project"]["dependencies"]
    dev: list[str] = PYPROJECT["dependency-groups"]["dev"]
    wanted = [re.split(r"[<>=!~\[ ]", one)[0] for one in (*project, *dev)]
    told = re.findall(r"^\| `([\w-]+)` \|", read("docs/decisions/dependencies.md"), re.MULTILINE)
    assert sorted(told) == sorted(wanted)


def test_every_decision_is_listed() -> None:
    pages_there = {one.name for one in (ROOT / "docs" / "decisions").glob("*.md")} - {"README.md"}
    assert set(LINK.findall(read("docs/decisions/README.md"))) == pages_there


def examples() -> Iterator[Any]:
    for door, document in api.documents().items():
        holders = [*_refusals(document), *(one for found in api.operations(document) for one in _of_operation(*found))]
        for where, holder in holders:
            schema = {**holder["schema"], "components": document["components"]}
            values = [one["value"] for one in holder.get("examples", {}).values()]
            values += [holder["example"]] if "example" in holder else []
            yield from (pytest.param(schema, value, id=f"{door} {where}") for value in values)


def _of_operation(verb: str, path: str, operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whatever has a schema and may have examples."""
    for one in operation.get("parameters", []):
        yield f"{verb} {path} {one['name']}", {**one, **one.get("content", {}).get("application/json", {})}
    bodies = {"body": operation.get("requestBody", {}), **operation["responses"]}
    for name, body in bodies.items():
        for content in body.get("content", {}).values():
            yield f"{verb} {path} {name}", content


def _refusals(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, answer in document["components"]["responses"].items():
        for content in answer["content"].values():
            yield name, content


@pytest.mark.parametrize(("schema", "value"), list(examples()))
def test_an_example_is_what_its_schema_says(schema: dict[str, Any], value: Any) -> None:
    validator: Any = jsonschema.Draft202012Validator(schema)
    assert not [one.message for one in validator.iter_errors(value)]


def test_the_way_to_verify_that_is_shown_verifies() -> None:
    found = re.search(r"```python\n(.*?)```", read("docs/reference/kcis.md"), re.DOTALL)
    assert found
    secret, body = signing.new_secret(), b'{"sequenceNumber": 1}'
    shown: dict[str, Any] = {"secret": signing.shown(secret)}
    exec(compile(ast.parse(found[1]), "kcis.md", "exec"), shown)  # noqa: S102 - our own page
    keyring = signing.Keyring((signing.Key(uuid4(), secret),))
    headers = signing.headers(keyring, message_id="1", at=RealTime(datetime.now(UTC)), body=body)
    assert shown["receive"](body, headers) == {"sequenceNumber": 1}
    headers["webhook-signature"] = "v1," + base64.b64encode(bytes(32)).decode()
    with pytest.raises(Exception, match="signature"):
        shown["receive"](body, headers)
