from datetime import timedelta
import pytest
from tests.cli.test_why import *
from tests.cli.conftest import *
async def test_show(office, stage, receiver):
    await listening(stage, receiver, answers=500)
    order = await placed(stage, 999900001027)
    o2 = await placed(stage, 999900001003)
    await stage.walk(timedelta(days=8))
    print(await office.does(f"why {order}")); print(await office.does(f"why {o2}")); print(await office.does("actions"))
