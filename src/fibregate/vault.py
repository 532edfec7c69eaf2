"""What keeps secrets at rest: one master key seals what must be read again and keys the hash of what need not be.

Sealed bytes begin with the number of their master key, so that a later one can stand beside it while rows are sealed
anew.
"""

import base64
import binascii
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fibregate.settings import Settings

KEY_BYTES: Final = 32
KEY_FILE: Final = "master.key"
_KEY_NUMBER: Final = 1
_NONCE_BYTES: Final = 12
_OTHERS: Final = 0o077


class VaultError(Exception):
    """The master key is missing, unreadable, or not the one that sealed what is to be opened."""


class Vault:
    """Seals, opens and hashes under keys derived from one master key of 32 bytes."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise VaultError(f"the master key has {len(master_key)} bytes; it must have {KEY_BYTES}")
        self._cipher = AESGCM(_derived(master_key, "seal"))
        self._hash_key = _derived(master_key, "hash")

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Encrypt; only `open` with the same purpose gives it back, so sealed bytes cannot be moved elsewhere."""
        mark = bytes([_KEY_NUMBER])
        nonce = os.urandom(_NONCE_BYTES)
        return mark + nonce + self._cipher.encrypt(nonce, plain, mark + purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt what `seal` gave; raises `VaultError` when the key, the purpose or the bytes are not the same."""
        mark, nonce, body = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if mark != bytes([_KEY_NUMBER]):
            raise VaultError(f"what is kept for {purpose} was sealed with a master key that is not at hand")
        try:
            return self._cipher.decrypt(nonce, body, mark + purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultError(
                f"what is kept for {purpose} cannot be opened: this database was set up with another master key;"
                " give that one in FIBREGATE_MASTER_KEY or as master.key in the data folder"
            ) from error

    def keyed_hash(self, secret: str) -> bytes:
        """What is stored instead of a random secret: useless without the master key, quick to compare."""
        return hmac.digest(self._hash_key, secret.encode(errors="surrogatepass"), "sha256")


def from_settings(settings: Settings) -> Vault:
    """The vault of this process; makes `data`/master.key for the embedded server where there is none."""
    if settings.master_key is not None:
        return Vault(_decoded(settings.master_key.get_secret_value(), "FIBREGATE_MASTER_KEY"))
    if settings.database_url is not None:
        raise VaultError(
            "FIBREGATE_MASTER_KEY is not set: with a database of your own, all processes need the same 32 random bytes"
            " in base64"
        )
    return Vault(_in_folder(settings.data))


def _in_folder(folder: Path) -> bytes:
    """The key of an embedded server; its file is made on first need, by one of any number of processes."""
    file = folder / KEY_FILE
    if not file.exists():
        _create(file)
    if file.stat().st_mode & _OTHERS:
        raise VaultError(f"{file} can be read by others; chmod 600 it, and think of its secrets as known")
    return _decoded(file.read_text("ascii", errors="replace"), str(file))


def _create(file: Path) -> None:
    """Written whole under another name and then linked: nobody reads half a key, and the first writer wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{KEY_FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            sink.flush()
            os.fsync(sink.fileno())
        file.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    _sync(file.parent)


def _sync(folder: Path) -> None:
    """The file's name must outlive a power cut, as what is sealed with it does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _decoded(text: str, origin: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise VaultError(f"{origin} is not base64; it must be {KEY_BYTES} random bytes in base64") from error
    if len(key) != KEY_BYTES:
        raise VaultError(f"{origin} holds {len(key)} bytes; it must be {KEY_BYTES} random bytes in base64")
    return key


def _derived(master_key: bytes, use: str) -> bytes:
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=f"fibregate {use}".encode()).derive(master_key)
