import base64
from pathlib import Path

import pytest
from tests.cli.operator_desk import KEY, Desk

from fibregate.migrate import Dsns


@pytest.fixture
def office(dsns: Dsns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("FIBREGATE_MASTER_KEY", base64.b64encode(KEY).decode())
    return Desk(dsns.runtime, tmp_path)


@pytest.fixture
def no_office(tmp_path: Path) -> Desk:
    """Where no database answers: what is typed wrongly is told before one is needed."""
    return Desk("postgresql://nobody@127.0.0.1:1/none", tmp_path)
