"""Types of fields at the doors, where pydantic's own take more than the contract does.

Pydantic reads `1752652800` and `"1752652800"` as dates, a space for the `T`, and offsets of +23:59. Here a pattern
comes first, then the calendar, then the bounds. A value that is no JSON string is a wrong type (400); a string that is
no such time is a broken constraint (422).
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    PlainSerializer,
    Strict,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from fibregate.calendars import stamp

T = TypeVar("T")

MAX_ID: Final = 2**53 - 1
FIRST_YEAR, LAST_YEAR = 2000, 2100
MAX_OFFSET: Final = timedelta(hours=14)

_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-5][0-9])"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT_WANTED: Final = (
    "a date-time with Z or an offset of at most 14 hours, from 2000 to 2100, such as 2025-07-16T07:00:00.000Z"
)
_DAY_WANTED: Final = "a day from 2000 to 2100 as YYYY-MM-DD, such as 2025-07-16"


class Instant(datetime):
    """An instant that came in, aware; `written_zulu` remembers whether it was written with `Z`."""

    written_zulu: bool = False

    @classmethod
    def read(cls, text: str) -> "Instant":
        """The instant of an RFC 3339 text; raises ValueError. Digits beyond the microsecond are dropped."""
        parts = _INSTANT.fullmatch(text)
        if parts is None:
            raise ValueError("not a date-time")
        whole, fraction, zone = parts.groups()
        moment = cls.fromisoformat(f"{whole}.{(fraction or '.')[1:7]:0<6}{zone}")
        offset = moment.utcoffset()
        if not FIRST_YEAR <= moment.year <= LAST_YEAR or offset is None or abs(offset) > MAX_OFFSET:
            raise ValueError("out of bounds")
        moment.written_zulu = zone == "Z"
        return moment

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _instant, serialization=core_schema.plain_serializer_function_ser_schema(stamp, when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(_INSTANT_SCHEMA)


_INSTANT_SCHEMA: Final[dict[str, JsonValue]] = {
    "type": "string",
    "format": "date-time",
    "examples": ["2025-07-16T07:00:00.000Z"],
}


def day(text: str) -> date:
    """The day of a `YYYY-MM-DD` text; raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError("not a day")
    found = date.fromisoformat(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError("out of bounds")
    return found


def _instant(value: object) -> Instant:
    if isinstance(value, Instant):
        return value
    return _from_text(value, Instant.read, _INSTANT_WANTED)


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return _from_text(value, day, _DAY_WANTED)


def _from_text(value: object, read: Callable[[str], T], wanted: str) -> T:
    if not isinstance(value, str):
        raise PydanticCustomError("text_type", "must be a JSON string: {wanted}", {"wanted": wanted})
    try:
        return read(value)
    except ValueError:
        raise PydanticCustomError("text_parsing", "must be {wanted}", {"wanted": wanted}) from None


class _DaySchema:
    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _day, serialization=core_schema.plain_serializer_function_ser_schema(date.isoformat, when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "date", "examples": ["2025-07-16"]}


Day = Annotated[date, _DaySchema]
"""A calendar day as `YYYY-MM-DD`, both ways."""


def _day_or_nothing(text: str) -> str:
    return text and _from_text(text, day, _DAY_WANTED).isoformat()


DayOrNothing = Annotated[
    str,
    AfterValidator(_day_or_nothing),
    Field(examples=["2025-07-16"], json_schema_extra={"pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"}),
]
"""A calendar day as it was written, or an empty text where one is to be removed."""

Stamp = Annotated[
    datetime, PlainSerializer(stamp, return_type=str, when_used="json"), Field(json_schema_extra=dict(_INSTANT_SCHEMA))
]
"""An aware time in an answer; goes out as `2025-07-16T07:00:00.000Z`."""

Id = Annotated[int, Strict(), Field(ge=1, le=MAX_ID, examples=[159])]
"""A JSON integer that every JSON reader holds exactly; `"159"`, `1.0` and `true` are refused."""

Text20 = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Text50 = Annotated[str, StringConstraints(min_length=1, max_length=50)]
Text255 = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Text1000 = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
TextOrNothing = Annotated[str, StringConstraints(max_length=1000)]
"""A text, or an empty one where it is to be removed."""
