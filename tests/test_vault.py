import base64
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from fibregate import vault
from fibregate.settings import Settings
from fibregate.vault import Vault, VaultError

KEY = bytes(range(32))


@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_is_sealed_opens_again(plain: bytes, purpose: str) -> None:
    sealed = Vault(KEY).seal(plain, purpose)
    assert sealed[0] == 1
    assert Vault(KEY).open(sealed, purpose) == plain


def test_the_same_seals_differently_each_time() -> None:
    assert Vault(KEY).seal(b"a", "x") != Vault(KEY).seal(b"a", "x")


def test_another_purpose_key_or_byte_does_not_open() -> None:
    sealed = Vault(KEY).seal(b"secret", "webhook")
    for spoilt in (
        sealed[:-1],
        sealed + b"x",
        sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:],
        b"\x01",
        b"\x01" * 12,
    ):
        with pytest.raises(VaultError, match="cannot be opened"):
            Vault(KEY).open(spoilt, "webhook")
    with pytest.raises(VaultError, match="cannot be opened"):
        Vault(KEY).open(sealed, "signing")
    with pytest.raises(VaultError, match="another master key"):
        Vault(bytes(32)).open(sealed, "webhook")
    for unmarked in (b"", b"\x02" + sealed[1:]):
        with pytest.raises(VaultError, match="not at hand"):
            Vault(KEY).open(unmarked, "webhook")


def test_hashes_are_keyed() -> None:
    assert len(Vault(KEY).keyed_hash("a")) == 32
    assert Vault(KEY).keyed_hash("a") == Vault(KEY).keyed_hash("a") != Vault(KEY).keyed_hash("b")
    assert Vault(KEY).keyed_hash("a") != Vault(bytes(32)).keyed_hash("a")


def test_the_setting_wins_over_the_file(tmp_path: Path) -> None:
    given_key = SecretStr(base64.b64encode(KEY).decode())
    made = vault.from_settings(Settings(data=tmp_path, master_key=given_key))
    assert made.keyed_hash("a") == Vault(KEY).keyed_hash("a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "short", "c2hvcnQ=", base64.b64encode(bytes(33)).decode(), "é" * 44])
def test_a_bad_setting_is_said_plainly(text: str) -> None:
    with pytest.raises(VaultError, match=r"FIBREGATE_MASTER_KEY .* 32 random bytes in base64"):
        vault.from_settings(Settings(master_key=SecretStr(text)))


def test_a_database_of_ones_own_needs_the_setting() -> None:
    with pytest.raises(VaultError, match="FIBREGATE_MASTER_KEY is not set"):
        vault.from_settings(Settings(database_url=SecretStr("postgresql://db.example/x")))


def test_the_file_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = vault.from_settings(Settings(data=folder))
    assert vault.from_settings(Settings(data=folder)).keyed_hash("a") == first.keyed_hash("a")
    assert [(one.name, one.stat().st_mode & 0o777) for one in folder.iterdir()] == [("master.key", 0o600)]


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    vault.from_settings(Settings(data=tmp_path))
    (tmp_path / "master.key").chmod(0o640)
    with pytest.raises(VaultError, match="can be read by others"):
        vault.from_settings(Settings(data=tmp_path))


def _hash(folder: Path) -> bytes:
    return vault.from_settings(Settings(data=folder)).keyed_hash("a")


def test_many_processes_make_one_file(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert len(set(pool.map(_hash, [tmp_path] * 12, chunksize=1))) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["master.key"]
