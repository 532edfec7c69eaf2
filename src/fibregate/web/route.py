"""The declaration of one route: who may call it, what it takes, what it answers."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal

from pydantic import BaseModel

from fibregate.web.call import Answer, B, Call, Partial, Q, S
from fibregate.web.variants import OneOf


@dataclass(frozen=True, kw_only=True)
class Route(Generic[Q, B, S]):
    """Registers and describes one operation.

    - `path` is below the door's prefix; `{id:int}` is a positive JSON-safe integer, `{id}` is text.
    - `name` is the operation id and the label in logs and metrics.
    - `scope` None means public: no token is asked for and the caller is `ANYONE`.
    - `query`: nested models are read as JSON in the query, lists from repeated or comma-separated values.
    - `body` is a model, or `OneOf` several that a field of the body chooses between.
    - `media` "form" reads an urlencoded body into the model; "raw" leaves the body to the action.
    - `headers` are further optional headers that the action wants to see.
    - `errors` are the statuses beyond those that every route may answer.
    - `further` looks for more faults in a request that has some already, so that one answer names them all.
    - `timeout` is in seconds of the real clock; beyond it the answer is that of `SupplierTimedOut`.
    """

    method: str
    path: str
    name: str
    summary: str
    scope: str | None
    action: Callable[[Call[Q, B, S]], Coroutine[Any, Any, Answer]]
    answers: Mapping[int, type[BaseModel] | None]
    query: type[Q] | None = None
    body: type[B] | OneOf[B] | None = None
    media: Literal["json", "form", "raw"] = "json"
    body_required: bool = True
    headers: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()
    description: str = ""
    tags: tuple[str, ...] = ()
    body_examples: Mapping[str, Any] = field(default_factory=dict[str, Any])
    query_examples: Mapping[str, Any] = field(default_factory=dict[str, Any])
    answer_examples: Mapping[int, Any] = field(default_factory=dict[int, Any])
    further: Callable[[Partial[S]], Coroutine[Any, Any, Sequence[str]]] | None = None
    timeout: float = 25.0
