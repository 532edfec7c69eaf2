"""A body that has one of several shapes, told apart by what one of its fields says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

B = TypeVar("B")


@dataclass(frozen=True)
class OneOf(Generic[B]):
    """`field` is the field by its wire name, and `shapes` the model for each value that it may have.

    `common` is what all of them share, with the field as an enumeration of the values: it tells what is wrong with a
    body whose field is missing or says something else, and must refuse it. `absent` is what a body means that does not
    have the field, where it may be left out.
    """

    field: str
    shapes: Mapping[str, type[B]]
    common: type[BaseModel]
    absent: str | None = None

    @property
    def models(self) -> list[type[B]]:
        """Each shape once."""
        return list(dict.fromkeys(self.shapes.values()))
