"""The bugs that T14 must catch."""

from typing import Final

from proof.seeds import Bug, Change

_TOKENS: Final = "tenants/tokens.py"
_CALLERS: Final = "tenants/callers.py"

BUGS: Final[tuple[Bug, ...]] = (
    Bug(
        name="a verifier that takes the algorithm of the token's own header",
        proof="T14",
        breaks=("forged or spoilt tokens that opened something",),
        changes=(
            Change(
                _TOKENS,
                """\
    if len(_bytes(signature)) != _SIGNATURE_BYTES:
        raise ValueError("the signature has the wrong size")
""",
                "    del signature\n",
            ),
            Change(_TOKENS, 'if header["alg"] != ALGORITHM or header["typ"] != TYPE', 'if header["typ"] != TYPE'),
            Change(
                _TOKENS,
                "payload = jws.deserialize_compact(token, key, algorithms=[ALGORITHM]).payload",
                'named = _object(_bytes(token.split(".")[0]))["alg"]\n'
                "        payload = jws.deserialize_compact(token, key, algorithms=[named]).payload",
            ),
        ),
    ),
    Bug(
        name="a verifier that does not ask for whom a token is",
        proof="T14",
        breaks=("forged or spoilt tokens that opened something",),
        changes=(
            Change(
                _TOKENS, 'if payload["iss"] != issuer or payload["aud"] != issuer or', 'if payload["iss"] != issuer or'
            ),
        ),
    ),
    Bug(
        name="what a client was given lives on when the client has been switched off and on",
        proof="T14",
        breaks=("tokens that still open something 2 s after they were ended",),
        changes=(
            Change(
                _CALLERS,
                "if client is None or not client.enabled or client.epoch != known.claims.epoch:",
                "if client is None or not client.enabled:",
            ),
        ),
        figures={"rounds": 1},
    ),
    Bug(
        name="a secret is checked as a password is: slowly",
        proof="T14",
        breaks=("batches of requests for tokens that took more than 5 ms of CPU each",),
        changes=(
            Change(
                _CALLERS,
                "        given = self._vault.keyed_hash(secret)\n",
                '        hashlib.pbkdf2_hmac("sha256", secret.encode(), b"salt", 50_000)\n'
                "        given = self._vault.keyed_hash(secret)\n",
            ),
        ),
        figures={"batches": 3},
    ),
)
