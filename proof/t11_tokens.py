"""Who gets a token where: each client at the addresses of its kind, with its own secret and no other."""

from collections.abc import Mapping
from typing import Final

import aiohttp

from proof.caller import SUPPLIER_TOKEN, TENANT_TOKEN, TOKEN, Wire
from proof.t11_matrix import CANARIES, PASSED, ROUTES, Matrix
from proof.town import SUPPLIER, Credential

FORM: Final = b"grant_type=client_credentials"
KINDS: Final[Mapping[str, frozenset[bool]]] = {
    TOKEN: frozenset({True, False}),
    TENANT_TOKEN: frozenset({True}),
    SUPPLIER_TOKEN: frozenset({False}),
}
"""Whether a tenant's clients are answered, and those that are no tenant's."""


async def judge(matrix: Matrix, wire: Wire, url: str, ways: Mapping[str, Credential]) -> None:
    """Its own secret opens each address of its kind, and another's opens none."""
    ours = ways[matrix.owner.code]
    for path, kinds in KINDS.items():
        for code, way in ways.items():
            refused = None if (code != SUPPLIER) in kinds else "unauthorized_client"
            await _ask(matrix, wire, url + path, way, refused)
            if way != ours:
                stolen = Credential(code, ours.client_id, way.secret)
                await _ask(matrix, wire, url + path, stolen, "invalid_client")


async def _ask(matrix: Matrix, wire: Wire, url: str, way: Credential, refused: str | None) -> None:
    headers = {
        "Authorization": aiohttp.encode_basic_auth(way.client_id, way.secret),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    got = await wire.send("POST", url, headers, FORM)
    matrix.findings.done["tokens asked for"] += 1
    what = f"{url}: {way.code}: {got.status} {got.raw[:200]!r}, and not {refused or 200}"
    if refused is None and got.status != 200:
        matrix.broke(ROUTES, what)
    elif refused is not None and (got.status not in {400, 401} or got.body["error"] != refused):
        matrix.broke(PASSED, what)
    if way.secret.encode() in got.raw or matrix.owner.mark.encode() in got.raw:
        matrix.broke(CANARIES, what)
