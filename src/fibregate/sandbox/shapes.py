"""What all that is written in YAML is made of: nothing unknown, times that can be read, exact money."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from fibregate.sandbox import times


def _is_time(text: str) -> str:
    times.parse(text)
    return text


Time = Annotated[str, AfterValidator(_is_time)]


def _spread(listed: Any) -> Any:
    """`999900001201-999900001250` stands for all fifty."""
    spread: list[int] = []
    for one in listed:
        first, _, last = str(one).partition("-")
        spread.extend(range(int(first), int(last or first) + 1))
    return tuple(spread)


Deed = Literal["name_order", "set_up_service", "set_up_circuit", "find_other_vlan", "take_other_vlan"]
Speaker = Literal["machine", "person", "visit"]
Uprns = Annotated[tuple[int, ...], BeforeValidator(_spread)]


def _exact(pounds: object) -> object:
    """YAML reads pounds as a binary fraction; written again they are what stands there."""
    return f"{pounds:.2f}" if isinstance(pounds, float) else pounds


Money = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, max_digits=12, decimal_places=2)]


class Written(BaseModel):
    """Base of what the YAML files hold: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)
