"""What the rows of T11's table need beforehand: things of the owner's, by their ids."""

import asyncio
from uuid import uuid4

from proof.caller import TENANT_DOOR
from proof.t11_owner import FAR, MANAGE, PATIENCE, Ids, Owner
from proof.town import FIRST_UPRN
from proof.traffic import LIFE, called, called_order, ethernet_order, quote


async def nothing(_: Owner) -> Ids:
    return {}


async def an_order(of: Owner) -> Ids:
    return {"order": await of.order()}


async def a_told_order(of: Owner) -> Ids:
    """With a first KCI, which every endpoint of the tenant is to have."""
    order = await of.order()
    await of.told(order)
    return {"order": order, "replay": str(uuid4())}


async def a_kci(of: Owner) -> Ids:
    """By its own id."""
    ids = await a_told_order(of)
    await of.became(int(ids["order"]), "ACKNOWLEDGED")
    shown = await of.read(f"service-orders/{ids['order']}")
    return {"kci": shown["updates"][-1]["id"], "replay": ids["replay"]}


async def a_new_order(of: Owner) -> Ids:
    return {"order": of.number()}


async def a_visit(of: Owner) -> Ids:
    visit = await of.visit()
    reference = (await of.read(f"appointments/{visit}"))["supplierReference"]
    return {"visit": visit, "order": of.number(), "reference": reference}


async def a_new_visit(of: Owner) -> Ids:
    return {"visit": of.number()}


async def the_endpoint(of: Owner) -> Ids:
    """The one that stands all the time."""
    return {"endpoint": of.standing, "replay": str(uuid4())}


async def an_endpoint(of: Owner) -> Ids:
    return {"endpoint": await of.endpoint(enabled=False)}


async def a_new_endpoint(_: Owner) -> Ids:
    return {"creation": str(uuid4())}


async def an_old_secret(of: Owner) -> Ids:
    """The older of an endpoint's two."""
    endpoint = await of.endpoint(enabled=False)
    path = f"{MANAGE}/endpoints/{endpoint}/secrets"
    old = (await of.read(path))["secrets"][0]["id"]
    await of.ok("POST", path, {"overlapDays": 7})
    return {"endpoint": endpoint, "secret": old}


async def a_stuck_kci(of: Owner) -> Ids:
    """At an endpoint that is switched off."""
    endpoint = await of.endpoint(enabled=False)
    return {"endpoint": endpoint, **await a_told_order(of)}


async def a_charge(of: Owner) -> Ids:
    """That the network has asked the tenant to pay."""
    order = await of.order()
    await of.told(order)
    asked = {"construction": "5150.00", "included": "2800.00"}
    await of.told(order, 2, reason="INFORMATION_REQUIRED", status="PENDING", more={"charge": asked})
    await of.became(order, "PENDING")
    shown = await of.read(f"{MANAGE}/charges?orderId={order}")
    return {"order": order, "charge": shown["charges"][0]["id"]}


async def a_cursor_of_charges(of: Owner) -> Ids:
    for _ in range(2):
        await a_charge(of)
    return {"cursor": (await of.read(f"{MANAGE}/charges?limit=1"))["nextCursor"]}


async def a_wayleave(of: Owner) -> Ids:
    """Of whose owner the network has told the tenant."""
    order = await of.order()
    await of.told(order)
    await of.told(order, 2, reason="WARNING", status="ACKNOWLEDGED", more={"problemCode": "WAYLEAVE_ISSUE"})
    await of.listed(f"{MANAGE}/wayleaves?orderId={order}", "wayleaves")
    return {"order": order}


async def a_replay(of: Owner) -> Ids:
    ids = await a_told_order(of)
    await of.ok("POST", f"{MANAGE}/replays", {"replayId": ids["replay"], "orderId": ids["order"]})
    return {"replay": ids["replay"]}


async def a_cursor(of: Owner) -> Ids:
    return {"cursor": (await of.read(f"{MANAGE}/kcis?limit=1"))["nextCursor"]}


async def a_change_to_ask(of: Owner) -> Ids:
    """Of an order that its network has taken on."""
    order = await of.order()
    await of.told(order)
    await of.became(order, "ACKNOWLEDGED")
    return {"order": order, "change": of.number()}


async def an_amendment(of: Owner) -> Ids:
    ids = await a_change_to_ask(of)
    body = {"id": ids["change"], "orderId": ids["order"], "notes": f"{of.mark} again"}
    await of.ok("POST", "service-order-amendments", body)
    return {"change": ids["change"]}


async def a_cancellation(of: Owner) -> Ids:
    ids = await a_change_to_ask(of)
    body = {"id": ids["change"], "orderId": ids["order"], "reasonCode": "CUSTOMER_CHANGED_MIND", "text": of.mark}
    await of.ok("POST", "service-order-cancellations", body)
    return {"change": ids["change"]}


async def an_update(of: Owner) -> Ids:
    """That has still to be said, of an order."""
    return {"order": await of.order(), "update": str(uuid4())}


async def a_service(of: Owner) -> Ids:
    return {"service": await of.service()}


async def a_service_to_change(of: Owner) -> Ids:
    return {"service": await of.service(), "order": of.number()}


async def a_cursor_of_orders(of: Owner) -> Ids:
    """Of a page that is not the last; the others, too."""
    for _ in range(2):
        await of.order()
    return {"cursor": (await of.read(f"{MANAGE}/orders?limit=1"))["nextCursor"]}


async def a_cursor_of_replays(of: Owner) -> Ids:
    for _ in range(2):
        await a_replay(of)
    return {"cursor": (await of.read(f"{MANAGE}/replays?limit=1"))["nextCursor"]}


async def a_cursor_of_services(of: Owner) -> Ids:
    for _ in range(2):
        await of.service()
    return {"cursor": (await of.read(f"{MANAGE}/services?limit=1"))["nextCursor"]}


async def a_visit_for_an_order(of: Owner) -> Ids:
    """For the order that the tenant then has with a visit."""
    of.visited = await of.with_visit()
    return {"visit": await of.visit(), "change": of.number()}


async def a_quote(of: Owner) -> Ids:
    return {"quote": (await of.ok("POST", f"{TENANT_DOOR}/quote", quote(of.mark))).body["id"]}


async def a_priced_item(of: Owner) -> Ids:
    """Its number, to be ordered by."""
    (item,) = (await of.ok("POST", f"{TENANT_DOOR}/quote", quote(of.mark))).body["quoteItems"]
    return {"priced": item["supplierQuoteId"]}


async def an_ethernet_order(of: Owner) -> Ids:
    (item,) = (await of.ok("POST", f"{TENANT_DOOR}/quote", quote(of.mark))).body["quoteItems"]
    body = ethernet_order(of.mark, item)
    return {"order": (await of.ok("POST", f"{TENANT_DOOR}/ethernet/service-orders", body)).body["id"]}


async def a_new_number(of: Owner) -> Ids:
    return {"number": of.number()}


async def a_price_of_a_call(of: Owner) -> Ids:
    """Of a question under a number of its own, to be ordered by under another."""
    quoted = await of.ok("POST", "quote", called(of.number(), quote(of.mark)))
    return {"priced": quoted.body["supplierQuoteId"], "order": of.number()}


async def an_ethernet_order_of_its_own_number(of: Owner) -> Ids:
    quoted = await of.ok("POST", "quote", called(of.number(), quote(of.mark)))
    number = of.number()
    await of.ok("POST", "ethernet/service-orders", called_order(number, of.code, of.mark, quoted.body))
    return {"order": number}


async def a_circuit(of: Owner) -> Ids:
    """That lives, by an order that its network has completed."""
    order = int((await an_ethernet_order(of))["order"])
    for place, (reason, status) in enumerate(LIFE, 1):
        await of.told(order, place, reason=reason, status=status)
    async with asyncio.timeout(PATIENCE):
        while True:
            live = (await of.read(f"{MANAGE}/services?limit=500"))["services"]
            found = [str(one["serviceId"]) for one in live if one["orderId"] == order and "circuit" in one]
            if found:
                return {"circuit": found[0]}
            await asyncio.sleep(0.02)


async def a_cursor_of_quotes(of: Owner) -> Ids:
    for _ in range(2):
        await a_quote(of)
    return {"cursor": (await of.read(f"{MANAGE}/quotes?limit=1"))["nextCursor"]}


async def a_supplier_of_its_own(_: Owner) -> Ids:
    return {"supplier": FAR}


async def a_request(_: Owner) -> Ids:
    """Ids of a request, which another may have, too."""
    return {"request": str(uuid4()), "key": str(uuid4())}


async def a_given_visit(of: Owner) -> Ids:
    return {"visit": await of.given("appointments", of.asked_visit())}


async def a_given_order(of: Owner) -> Ids:
    """That its network has taken on."""
    order = await of.given("service-orders", of.asked_order(FIRST_UPRN))
    await of.told(order)
    await of.became(order, "ACKNOWLEDGED")
    return {"order": order}


async def a_given_amendment(of: Owner) -> Ids:
    ids = await a_given_order(of)
    body = {"orderId": ids["order"], "notes": f"{of.mark} again"}
    return {"change": await of.given("service-order-amendments", body)}


async def a_given_cancellation(of: Owner) -> Ids:
    ids = await a_given_order(of)
    body = {"orderId": ids["order"], "reasonCode": "CUSTOMER_CHANGED_MIND", "text": of.mark}
    return {"change": await of.given("service-order-cancellations", body)}
