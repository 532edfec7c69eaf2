"""The documents and a page for people at `/docs`, made on the server: no scripts, nothing from outside."""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, Final

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from fibregate.web import accepted, openapi
from fibregate.web.door import Door

Json = Mapping[str, Any]

STYLE: Final = """
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 18%,transparent);
--soft:color-mix(in srgb,currentColor 6%,transparent)}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem}
a{color:inherit}code,pre{font:14px/1.45 ui-monospace,monospace}
pre{background:var(--soft);padding:.8rem;overflow:auto;border-radius:.4rem}
section{border:1px solid var(--line);border-radius:.6rem;margin:1rem 0;padding:0 1rem 1rem}
h2{display:flex;gap:.6rem;align-items:baseline;flex-wrap:wrap;font-size:1.05rem}
.verb{border-radius:.3rem;padding:.05rem .5rem;background:#1f6f54;color:#fff;font-size:.85rem}
.verb.post{background:#1c5d99}.verb.patch{background:#8a5a00}.verb.delete{background:#9b2c2c}
table{border-collapse:collapse;width:100%;margin:.4rem 0 1rem}
td,th{border-top:1px solid var(--line);padding:.3rem .6rem .3rem 0;text-align:left;vertical-align:top}
details{margin:.4rem 0}summary{cursor:pointer}.quiet{opacity:.7}
"""
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HTML: Final = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_JSON: Final = ((b"content-type", b"application/json"),)


def mounts(doors: Sequence[Door[Any]]) -> dict[str, ASGIApp]:
    """`/openapi/<door>.json`, `/docs` and `/docs/<door>` by exact path."""
    found: dict[str, ASGIApp] = {"/docs": _Page(_HTML, lambda: _index(doors).encode())}
    for door in doors:
        found[f"/openapi/{door.dialect.name}.json"] = _Page(_JSON, partial(_written, door))
        found[f"/docs/{door.dialect.name}"] = _Page(_HTML, partial(_shown, door))
    return found


def _written(door: Door[Any]) -> bytes:
    return orjson.dumps(openapi.document(door), option=orjson.OPT_INDENT_2)


def _shown(door: Door[Any]) -> bytes:
    return page(openapi.document(door), door.dialect.name).encode()


class _Page:
    """Bytes made once, when first asked for and in a thread: all of them take longer than the rest of a start."""

    def __init__(self, headers: tuple[tuple[bytes, bytes], ...], make: Callable[[], bytes]) -> None:
        self._headers = headers
        self._make = make
        self._body: bytes | None = None

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        if self._body is None:
            self._body = await asyncio.to_thread(self._make)
        headers = [*self._headers, (b"content-length", b"%d" % len(self._body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


def page(document: Json, name: str) -> str:
    """One door for people: its operations with parameters, bodies, answers and a line to try it with."""
    schemas: Json = document["components"]["schemas"]
    parts = [
        f"<p><a href='/docs'>All doors</a> · <a href='/openapi/{escape(name)}.json'>OpenAPI 3.1 document</a></p>",
        f"<h1>{escape(document['info']['title'])}</h1><p>{_prose(document['info']['description'])}</p>",
    ]
    refusals: Json = document["components"].get("responses", {})
    for path, operations in document["paths"].items():
        parts += [_operation(verb, path, operation, refusals) for verb, operation in operations.items()]
    shown = "".join(
        f"<details id='{escape(one)}'><summary><code>{escape(one)}</code></summary>{_pre(schema)}</details>"
        for one, schema in schemas.items()
    )
    return _shell(document["info"]["title"], "".join(parts) + f"<section><h2>Shapes</h2>{shown}</section>")


def _prose(text: str) -> str:
    """Plain text, with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _operation(verb: str, path: str, operation: Json, refusals: Json) -> str:
    scope = operation.get("x-scope")
    needed = f"needs a token with the scope <code>{escape(scope)}</code>" if scope else "needs no token"
    answers = "".join(_answer(status, answer, refusals) for status, answer in operation["responses"].items())
    return (
        f"<section id='{escape(operation['operationId'])}'><h2><span class='verb {verb}'>{verb.upper()}</span>"
        f"<code>{escape(path)}</code></h2><p>{_prose(operation['summary'])} <span class='quiet'>({needed})</span></p>"
        f"<p>{_prose(operation.get('description', ''))}</p>"
        f"{_parameters(operation.get('parameters', ()))}{_body(operation.get('requestBody'))}"
        f"<details><summary>Try it</summary><pre>{escape(_curl(verb, path, operation))}</pre></details>"
        f"<table><tr><th>Answer</th><th></th></tr>{answers}</table></section>"
    )


def _parameters(parameters: Sequence[Json]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{one['in']}</td>"
        f"<td>{'required' if one['required'] else ''}</td>"
        f"<td>{_prose(one.get('description', ''))} <span class='quiet'>{_shape(one)}</span></td></tr>"
        for one in parameters
    )
    return f"<table><tr><th>Parameter</th><th>in</th><th></th><th></th></tr>{rows}</table>" if rows else ""


def _shape(holder: Json) -> str:
    """What a parameter or a body holds, with a link where the shape has a name."""
    for media, content in holder.get("content", {}).items():
        return f"{escape(media)} {_shape(content)}"
    return _named(holder.get("schema", {}))


def _named(schema: Json) -> str:
    if "$ref" in schema:
        name = escape(str(schema["$ref"]).rpartition("/")[2])
        return f"<a href='#{name}'>{name}</a>"
    if schema.get("type") == "array":
        return f"a list of {_named(schema.get('items', {})) or 'values'}"
    return escape(accepted.at(schema, ()))


def _body(body: Json | None) -> str:
    if body is None:
        return ""
    examples = [one for content in body["content"].values() for one in content.get("examples", {}).items()]
    shown = "".join(f"<p>{escape(name)}</p>{_pre(example['value'])}" for name, example in examples)
    return f"<p>Body: {_shape(body)}</p>{shown}"


def _answer(status: str, answer: Json, refusals: Json) -> str:
    known: Json = refusals[str(answer["$ref"]).rpartition("/")[2]] if "$ref" in answer else answer
    samples = [one["example"] for one in known.get("content", {}).values() if "example" in one]
    shown = f"<details><summary>example</summary>{_pre(samples[0])}</details>" if samples else ""
    return (
        f"<tr><td>{escape(status)}</td><td>{_prose(known['description'])} "
        f"<span class='quiet'>{_shape(known)}</span>{shown}</td></tr>"
    )


def _curl(verb: str, path: str, operation: Json) -> str:
    lines = [f'curl -X {verb.upper()} "$BASE{path}"']
    if operation.get("x-scope"):
        lines.append('  -H "Authorization: Bearer $TOKEN"')
    lines += [
        f"  -H '{one['name']}: {one.get('example', '…')}'"
        for one in operation.get("parameters", ())
        if one["in"] == "header" and one["required"]
    ]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for example in list(content.get("examples", {}).values())[:1]:
            lines.append(f"  -H 'Content-Type: application/json' -d '{orjson.dumps(example['value']).decode()}'")
    return " \\\n".join(lines)


def _pre(value: object) -> str:
    return f"<pre>{escape(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())}</pre>"


def _index(doors: Sequence[Door[Any]]) -> str:
    rows = "".join(
        f"<tr><td><a href='/docs/{escape(door.dialect.name)}'>{escape(door.dialect.title)}</a></td>"
        f"<td><code>{escape(door.prefix)}</code></td><td>{_prose(door.dialect.description)}</td></tr>"
        for door in doors
    )
    return _shell("Fibregate", f"<h1>Fibregate</h1><table>{rows}</table>")


def _shell(title: str, body: str) -> str:
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )
