import base64
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import svix.webhooks
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from fibregate.clock import RealTime
from fibregate.kcis.delivery import signing
from fibregate.vault import Vault, VaultError

BODY = '{"sequenceNumber": 1, "text": "naïve"}'.encode()
ENDPOINT = uuid4()
VAULT = Vault(b"k" * 32)


class Made:
    """A secret as its row has it, and as the tenant has it."""

    def __init__(self, endpoint: UUID = ENDPOINT, *, pair: bool = True) -> None:
        self.id = uuid4()
        self.secret = signing.new_secret()
        private = signing.new_private_key()
        self.jwk = signing.public_key(self.id, private)
        self.row: tuple[UUID, bytes, bytes | None] = (
            self.id,
            VAULT.seal(self.secret, signing.purpose(endpoint)),
            VAULT.seal(private, signing.key_purpose(endpoint)) if pair else None,
        )

    @property
    def shown(self) -> str:
        return signing.shown(self.secret)


def signed(*made: Made) -> dict[str, str]:
    keyring = signing.keyring(VAULT, ENDPOINT, [one.row for one in made])
    return signing.headers(keyring, message_id=str(uuid4()), at=RealTime(datetime.now(UTC)), body=BODY)


def asymmetric(headers: dict[str, str]) -> list[bytes]:
    parts = [one.split(",") for one in headers["webhook-signature"].split(" ")]
    return [base64.b64decode(signature) for version, signature in parts if version == "v1a"]


def verifies(jwk: dict[str, str], headers: dict[str, str], body: bytes = BODY) -> bool:
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(jwk["x"] + "="))
    content = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    for signature in asymmetric(headers):
        try:
            key.verify(signature, content)
        except InvalidSignature:
            continue
        return True
    return False


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_live_secret_verifies_with_the_reference_libraries(count: int) -> None:
    made = [Made() for _ in range(count)]
    headers = signed(*made)
    for one in made:
        Webhook(one.shown).verify(BODY, headers)
        svix.webhooks.Webhook(one.shown).verify(BODY, headers)
        assert verifies(one.jwk, headers)
    stranger = Made()
    with pytest.raises(WebhookVerificationError):
        Webhook(stranger.shown).verify(BODY, headers)
    assert not verifies(stranger.jwk, headers)


def test_neither_signature_is_of_another_body() -> None:
    made = Made()
    headers = signed(made)
    with pytest.raises(WebhookVerificationError):
        Webhook(made.shown).verify(BODY + b" ", headers)
    assert not verifies(made.jwk, headers, BODY + b" ")


def test_the_shared_ones_stand_before_the_asymmetric_ones() -> None:
    versions = [one.split(",")[0] for one in signed(Made(), Made())["webhook-signature"].split(" ")]
    assert versions == ["v1", "v1", "v1a", "v1a"]


def test_a_secret_of_an_older_release_signs_without_a_pair() -> None:
    old, new = Made(pair=False), Made()
    headers = signed(new, old)
    Webhook(old.shown).verify(BODY, headers)
    assert len(asymmetric(headers)) == 1


def test_what_is_sealed_opens_for_its_own_endpoint_only() -> None:
    with pytest.raises(VaultError):
        signing.keyring(VAULT, ENDPOINT, [Made(uuid4()).row])
    good = Made()
    signing.keyring(VAULT, ENDPOINT, [good.row])
    with pytest.raises(VaultError):  # although it has been opened before
        signing.keyring(VAULT, uuid4(), [good.row])


def test_keys_are_opened_once_and_kept_within_bounds() -> None:
    row = Made().row
    first = signing.keyring(VAULT, ENDPOINT, [row])
    assert signing.keyring(VAULT, ENDPOINT, [row]).keys[0] is first.keys[0]
    bound: Any = signing._opened.cache_parameters()["maxsize"]
    assert bound == signing.OPEN_KEYS


def test_nothing_of_a_key_is_in_its_text() -> None:
    made = Made()
    text = repr(signing.keyring(VAULT, ENDPOINT, [made.row]))
    assert str(made.id) in text
    assert repr(made.secret) not in text
    assert "Ed25519" not in text


def test_a_public_key_is_as_rfc_8037_has_it() -> None:
    made = Made()
    assert made.jwk == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": made.jwk["x"],
        "kid": str(made.id),
        "alg": "EdDSA",
        "use": "sig",
    }
    assert len(made.jwk["x"]) == 43


def test_the_way_to_verify_that_our_page_shows_verifies() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "endpoints.md").read_text()
    found = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert found
    shown: dict[str, Any] = {}
    exec(compile(found[1], "endpoints.md", "exec"), shown)  # noqa: S102 - our own page
    old, new = Made(), Made()
    headers = signed(new, old)
    for one in (old, new):
        assert shown["is_ours"]([Made().jwk, one.jwk], BODY, headers)
    assert not shown["is_ours"]([Made().jwk], BODY, headers)
    assert not shown["is_ours"]([old.jwk], BODY + b" ", headers)
