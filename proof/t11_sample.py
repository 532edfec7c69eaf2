"""One row of T11's table: a request, whose it is, and what another gets for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, cast

from proof import t11_things as own
from proof.t11_owner import Ids, Owner


class Kind(Enum):
    """What another tenant gets for the same request."""

    NAMES = "names a thing of the owner's, which to others is not there"
    SILENT = "names such things too, and answers 2xx that says of others' what it says of none"
    OWN = "lists or makes what is the asker's own"
    PUBLIC = "is anybody's"


class Who(Enum):
    """Whose request it is, and who is the other."""

    TENANT = "a tenant's; another tenant"
    SUPPLIER = "a supplier's, of an order that it has; a supplier that has it not"
    NAMING = "a supplier's; the same, with another tenant's name"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`route` is a door's name and an operation's. `shows`: the owner's answer has its canary in it.

    `gets` is what another has to get in its own name; `headers` are those that name something, with _ for -.
    """

    route: str
    method: str
    path: str
    kind: Kind = Kind.NAMES
    who: Who = Who.TENANT
    prepare: Callable[[Owner], Awaitable[Ids]] = own.nothing
    body: Mapping[str, Any] | Callable[[Owner, Ids], Mapping[str, Any]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    gets: int | None = None
    shows: bool = False

    def asked(self, asker: Owner, owner: Owner, ids: Ids, *, tenant: str) -> tuple[str, Any]:
        """Path and body; `tenant` is the code that it names as the asker's."""
        words = {**ids, "mark": asker.mark, "tenant": tenant, "owner": owner.code}
        if callable(self.body):
            body = dict(self.body(asker, ids))
            return self.path.format_map(words), {**body, "tenant": tenant} if "tenant" in body else body
        return self.path.format_map(words), _filled(self.body, words)

    def named(self, ids: Ids) -> dict[str, str]:
        """The headers."""
        return {name: str(value).format_map(ids) for name, value in self.headers.items()}


def _filled(part: Any, words: Mapping[str, Any]) -> Any:
    """Each text in braces becomes what it stands for, a number where that is one."""
    if isinstance(part, dict):
        return {name: _filled(value, words) for name, value in cast("dict[str, Any]", part).items()}
    if isinstance(part, list):
        return [_filled(one, words) for one in cast("list[Any]", part)]
    if isinstance(part, str) and part.startswith("{") and part.endswith("}"):
        return words[part[1:-1]]
    return part
