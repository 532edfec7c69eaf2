"""`/sandbox/v1/stories` and `/sandbox/v1/orders`: what the network acts out, and how far it is with an order."""

from typing import Annotated, Final

from pydantic import Field

from fibregate.doors.sandbox.services import SCOPE, Sandbox
from fibregate.errors import Unknown
from fibregate.sandbox import store
from fibregate.sandbox.library import library
from fibregate.sandbox.scene import Memory
from fibregate.sandbox.written import Story
from fibregate.vocabulary import TenantId
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Id, Stamp
from fibregate.web.route import Route
from fibregate.web.wire import Wire

_SHOWN: Final = {
    "id": "F01",
    "name": "clean-install",
    "uprns": ["999900001001", "10025559646"],
    "scenario": "ORDER_SUCCESSFUL",
    "availability": "standard",
    "happens": "Everything goes as booked; the service is live on the day of the visit.",
    "whatToDo": "start billing and send the router so that it is there on the day",
    "kcis": "A C U U + E",
    "ends": "COMPLETED",
}
_ANSWER: Final = {
    "id": "A02",
    "name": "out-of-area",
    "uprn": "999900003002",
    "happens": "The full address, no specification, OUT_OF_FOOTPRINT.",
    "whatToDo": "say no, offer to be told.",
}
_MOST: Final = 1000


class StoryShown(Wire):
    """One story. `kcis` are its updates in letters: see `docs/reference/stories.md`."""

    id: str
    name: str
    uprns: Annotated[list[str], Field(max_length=_MOST)]
    scenario: str | None = Field(default=None, description="the `X-Scenario` that plays it at any address")
    availability: str
    happens: str
    what_to_do: str
    kcis: str
    unanswered: str | None = Field(default=None, description="the updates where the tenant never answers")
    ends: str


class AnswerShown(Wire):
    """An address at which something is special before any order."""

    id: str
    name: str
    uprn: str
    happens: str
    what_to_do: str


class StoryList(Wire):
    """All stories of this sandbox, and the addresses that answer in their own way."""

    stories: Annotated[list[StoryShown], Field(max_length=_MOST)]
    answers: Annotated[list[AnswerShown], Field(max_length=_MOST)]


class OrderShown(Wire):
    """How far an order is in its story."""

    order_id: Id
    status: str
    story: StoryShown
    problem_code: str | None = Field(default=None, description="what X-Problem-Code asked for")
    kci_delay: int | None = Field(default=None, description="seconds between updates, where X-Kci-Delay asked for it")
    branch: str
    said: dict[str, Stamp] = Field(description="when each kind of update was last sent")
    next_due: Stamp | None = Field(default=None, description="when the next update is due; absent when none is")


async def list_stories(call: Call[None, None, Sandbox]) -> Answer:
    del call
    shelf = library()
    answers = [
        AnswerShown(id=one.id, name=one.name, uprn=str(one.uprn), happens=one.happens, what_to_do=one.isp)
        for one in shelf.answers
    ]
    return Answer(200, StoryList(stories=[_shown(one) for one in shelf.stories.values()], answers=answers))


def _shown(story: Story) -> StoryShown:
    return StoryShown(
        id=story.id,
        name=story.name,
        uprns=[str(uprn) for uprn in story.uprns],
        scenario=story.scenario,
        availability=story.availability,
        happens=story.happens,
        what_to_do=story.isp,
        kcis=story.all_kcis,
        unanswered=story.unanswered,
        ends=story.ends,
    )


async def show_order(call: Call[None, None, Sandbox]) -> Answer:
    order_id = int(call.path["id"])
    row = await store.find_view(call.services.db, TenantId(call.caller.tenant), order_id)
    if row is None:
        raise Unknown(f"id: there is no order {order_id}, or its network does not have it yet")
    memory = Memory.read(row["memory"])
    return Answer(
        200,
        OrderShown(
            order_id=row["id"],
            status=row["status"],
            story=_shown(library().stories[row["story"]]),
            problem_code=row["problem_code"],
            kci_delay=row["kci_delay_seconds"],
            branch=memory.branch,
            said=dict(memory.said),
            next_due=row["due_at"] if row["waits"] else None,
        ),
    )


ROUTES: Final = [
    Route(
        method="GET",
        path="/stories",
        name="listStories",
        summary="What the network acts out, address by address",
        scope=SCOPE,
        action=list_stories,
        answers={200: StoryList},
        tags=("Stories",),
        answer_examples={200: {"stories": [_SHOWN], "answers": [_ANSWER]}},
    ),
    Route(
        method="GET",
        path="/orders/{id:int}",
        name="showStoryOfOrder",
        summary="How far an order is in its story",
        scope=SCOPE,
        action=show_order,
        answers={200: OrderShown},
        errors=(404,),
        tags=("Stories",),
        answer_examples={
            200: {
                "orderId": 127,
                "status": "IN_PROGRESS",
                "story": _SHOWN,
                "branch": "course",
                "said": {"ACKNOWLEDGED": "2025-07-01T09:02:00.000Z"},
                "nextDue": "2025-07-01T09:30:00.000Z",
            }
        },
    ),
]
