"""`/manage/v1/services/{service}/options`: what may be made of Ethernet that lives, and what that costs."""

from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field

from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.orders.circuits import options
from fibregate.orders.circuits.options import CircuitOptions
from fibregate.web.call import Answer, Call
from fibregate.web.route import Route
from fibregate.web.wire import Wire

Money = Annotated[str, Field(description="in pounds without VAT, exact", examples=["297.50"])]


class BandwidthShown(Wire):
    """A bandwidth on the same bearer, and what the service would cost a month at the term that runs."""

    bandwidth: str
    monthly_total: Money


class TermShown(Wire):
    """A term that could begin now, and what the service would cost a month at its bandwidth."""

    months: int
    monthly_total: Money


class ModifyShown(Wire):
    """Whether it can be changed now, and into what, by the price list as it stands."""

    possible: bool
    because: str | None = Field(default=None, description="why not")
    bandwidths: Annotated[list[BandwidthShown], Field(max_length=50)]
    terms: Annotated[list[TermShown], Field(max_length=20)]


class EarlyEndingShown(Wire):
    """The rentals of the months that are left of the term on that day; a month that has begun counts."""

    months_left: int
    monthly_total: Money
    amount: Money
    currency: str = "GBP"


class CeaseShown(Wire):
    """Whether it can be ended now, from when on, and what that would cost on that day."""

    possible: bool
    because: str | None = Field(default=None, description="why not")
    notice_days: int
    earliest_date: date
    early_ending_charge: EarlyEndingShown


class ServiceOptionsShown(Wire):
    """What may be asked of an Ethernet service now."""

    service_id: str
    modify: ModifyShown
    cease: CeaseShown


def shown(found: CircuitOptions) -> ServiceOptionsShown:
    because = found.refusal or found.cannot_modify
    return ServiceOptionsShown(
        service_id=found.circuit.service_id,
        modify=ModifyShown(
            possible=because is None,
            because=because,
            bandwidths=[
                BandwidthShown(bandwidth=code, monthly_total=f"{monthly:.2f}") for code, monthly in found.bandwidths
            ],
            terms=[TermShown(months=months, monthly_total=f"{monthly:.2f}") for months, monthly in found.terms],
        ),
        cease=CeaseShown(
            possible=found.refusal is None,
            because=found.refusal,
            notice_days=found.notice_days,
            earliest_date=found.first_day,
            early_ending_charge=EarlyEndingShown(
                months_left=found.ending.months_left,
                monthly_total=f"{found.ending.monthly:.2f}",
                amount=f"{found.ending.amount:.2f}",
            ),
        ),
    )


async def read(call: Call[None, None, Manage]) -> Answer:
    services = call.services
    found = await options.of_service(
        services.db, tenant_of(call), str(call.path["service"]), await services.clock.now()
    )
    return Answer(200, shown(found))


EXAMPLE: Final[dict[str, Any]] = {
    "serviceId": "NW1-E-00000049-1",
    "modify": {
        "possible": True,
        "bandwidths": [{"bandwidth": "1G1G", "monthlyTotal": "297.50"}],
        "terms": [{"months": 60, "monthlyTotal": "197.60"}],
    },
    "cease": {
        "possible": True,
        "noticeDays": 30,
        "earliestDate": "2025-07-31",
        "earlyEndingCharge": {"monthsLeft": 7, "monthlyTotal": "221.00", "amount": "1547.00", "currency": "GBP"},
    },
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/services/{service}/options",
        name="readServiceOptions",
        summary="See into what a live Ethernet service may be changed, and what ending it costs",
        description="Ask before promising a customer anything. A line of fibre has no such options.",
        scope=SCOPE,
        action=read,
        answers={200: ServiceOptionsShown},
        errors=(404,),
        tags=("Services",),
        answer_examples={200: EXAMPLE},
    )
]
