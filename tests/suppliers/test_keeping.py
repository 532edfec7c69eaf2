import orjson
import pytest
from tests.suppliers.http.test_our_own_door import ETHERNET
from tests.suppliers.http.test_samples import AMENDMENT, CANCELLATION, CEASE, MODIFY, PROVIDE, REPAIR, VISIT

from fibregate.suppliers import keeping
from fibregate.suppliers.keeping import Kept
from fibregate.suppliers.questions import Cease, Provide


@pytest.mark.parametrize("asked", [PROVIDE, MODIFY, CEASE, ETHERNET, REPAIR, VISIT, AMENDMENT, CANCELLATION])
def test_a_question_is_the_same_after_it_was_kept(asked: Kept) -> None:
    kept = orjson.loads(orjson.dumps(keeping.dump(asked)))
    assert keeping.load(kept, type(asked)) == asked


def test_another_question_than_the_one_wanted_is_not_asked() -> None:
    with pytest.raises(TypeError, match="Provide was kept, and not Cease"):
        keeping.load(keeping.dump(PROVIDE), Cease)
    assert keeping.load(keeping.dump(PROVIDE), Provide) == PROVIDE
