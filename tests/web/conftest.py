import pytest
from tests.web.toy_gateway import Toy, toy_gateway


@pytest.fixture
def toy() -> Toy:
    return toy_gateway()
