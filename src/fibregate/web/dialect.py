"""How one face of the gateway spells things: which headers it asks for, which status and code each fault has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field

from fibregate import errors
from fibregate.errors import GatewayError

Spelling = Mapping[type[GatewayError], tuple[int, str]]

PLAIN: Final[Spelling] = {
    errors.Malformed: (400, "MALFORMED_REQUEST"),
    errors.NotAuthorised: (401, "NOT_AUTHORISED"),
    errors.Forbidden: (403, "NOT_AUTHORISED"),
    errors.Unknown: (404, "NOT_FOUND"),
    errors.MethodNotAllowed: (405, "MALFORMED_REQUEST"),
    errors.SlotTaken: (409, "INVALID_REQUEST"),
    errors.TooLarge: (413, "MALFORMED_REQUEST"),
    errors.Invalid: (422, "INVALID_REQUEST"),
    errors.HeadTooLarge: (431, "MALFORMED_REQUEST"),
    errors.NotImplementedHere: (501, "NOT_IMPLEMENTED"),
    errors.SupplierFault: (502, "SUPPLIER_FAULT"),
    errors.Misasked: (502, "GATEWAY_FAULT"),
    errors.Unavailable: (503, "GATEWAY_FAULT"),
    errors.SupplierTimedOut: (504, "SUPPLIER_TIMED_OUT"),
}


class ErrorBody(BaseModel):
    """What every answer that is not 2xx carries."""

    uuid: UUID = Field(description="unique to this answer, for tracing")
    code: str
    messages: list[str] = Field(description="one for each fault, naming the field and what is accepted", min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One answer that is not 2xx, before it is written in a dialect; `error` is None for a bug of ours."""

    status: int
    code: str
    messages: list[str]
    uuid: str
    error: GatewayError | None


def error_object(refusal: Refusal) -> Mapping[str, Any]:
    """The error object of the gateway; a taken slot names its alternatives too."""
    body: dict[str, Any] = {"uuid": refusal.uuid, "code": refusal.code, "messages": refusal.messages}
    if isinstance(refusal.error, errors.SlotTaken):
        body["alternatives"] = list(refusal.error.alternatives)
    return body


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The spelling of one face.

    - `spelling` is looked up along the class's ancestors; what it leaves out is as in `PLAIN`.
    - `fault` is the status and code of a bug of ours.
    - `request_id`, `conversation_id` and `tenant` tell which headers are required; the tenant must be the token's.
    - `render` writes the body of a refusal; `error_model` describes it.
    """

    name: str
    title: str
    description: str = ""
    spelling: Spelling = field(default_factory=dict[type[GatewayError], tuple[int, str]])
    fault: tuple[int, str] = (500, "GATEWAY_FAULT")
    missing_body_field: Literal[400, 422] = 422
    request_id: bool = True
    conversation_id: bool = True
    tenant: bool = False
    optional_headers: tuple[str, ...] = ()
    render: Callable[[Refusal], Mapping[str, Any]] = error_object
    error_model: type[BaseModel] = ErrorBody

    def spell(self, kind: type[GatewayError]) -> tuple[int, str]:
        """Status and code of an error, by its class or the nearest ancestor that has a spelling."""
        for ancestor in kind.__mro__:
            spelt = self.spelling.get(ancestor) or PLAIN.get(ancestor)
            if spelt:
                return spelt
        return self.fault

    def refusal(self, error: GatewayError) -> Refusal:
        status, code = self.spell(type(error))
        return Refusal(status=status, code=code, messages=error.messages, uuid=str(uuid4()), error=error)

    def bug(self) -> Refusal:
        """The answer to anything unforeseen: says nothing of the cause, which the log has under the same uuid."""
        status, code = self.fault
        mark = str(uuid4())
        messages = [f"an unexpected fault on our side; quote {mark} when you ask about it"]
        return Refusal(status=status, code=code, messages=messages, uuid=mark, error=None)
