"""What each caller sends, request by request. Shares nothing with the gateway's code."""

import json
import random
from typing import Any

PREFIX = "/WholesaleGateway/v1.0/gateway"
TENANT_PREFIX = "/v1"
IDS_A_CALLER = 100_000
"""How many numbers of its own each caller has in one turn."""


class Caller:
    """An ISP's connection: always the same tenant, with a token of its own."""

    def __init__(self, job: dict[str, Any], number: int) -> None:
        self._job, self._number = job, number
        self._tenant = number % len(job["tokens"])
        self._chance = random.Random(f"{job['seed']} {number}")
        self._sent = 0
        self._first_id = job["first_id"] + number * IDS_A_CALLER
        self.kept: list[tuple[int, int, str]] = []
        """Tenant number, id and supplier reference of what was made."""
        self._headers = (
            f"Host: gateway\r\nAuthorization: Bearer {job['tokens'][self._tenant]}\r\n"
            f"Tenant: {job['tenants'][self._tenant]}\r\nX-Conversation-ID: bench-{job['seed']}-{number}\r\n"
            f"Content-Type: application/json\r\n"
        )

    def next(self) -> bytes | None:
        """The next request, or None when there is nothing left to send."""
        self._sent += 1
        match self._job["kind"]:
            case "read":
                return self._get(f"{PREFIX}/service-availability?{self._address()}")
            case "book":
                return self._book(f"{PREFIX}/appointments", f'"id":{self._id}')
            case "order":
                return self._order()
            case "ask far":
                named = ",".join(self._job["suppliers"])
                return self._get(f"{TENANT_PREFIX}/service-availability?{self._address()}&suppliers={named}")
            case "book far":
                return self._book(f"{TENANT_PREFIX}/appointments", f'"supplier":"{self._job["suppliers"][0]}"')
            case other:
                raise AssertionError(other)

    def note(self, status: int, body: bytes) -> None:
        """Keep what a success made; the bodies are read after the turn."""
        if status == 201:
            made = json.loads(body)
            self.kept.append((self._tenant + 1, made["id"], made["supplierReference"]))
        elif status == 202:
            self.kept.append((self._tenant + 1, self._id, ""))

    @property
    def _id(self) -> int:
        return self._first_id + self._sent

    def _uprn(self) -> int:
        return int(self._job["first_uprn"] + self._chance.random() * self._job["premises"])

    def _address(self) -> str:
        return f"address=%7B%22id%22%3A%22{self._uprn()}%22%2C%22type%22%3A%22UPRN%22%7D"

    def _get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nX-Request-ID: {self._id}\r\n{self._headers}\r\n".encode()

    def _book(self, path: str, first: str) -> bytes:
        start, end = self._chance.choice(self._job["slots"])
        return self._post(
            path,
            f'{{{first},"address":{{"id":"{self._uprn()}","type":"UPRN"}},'
            f'"serviceSpecification":{{"id":"fttp"}},"purpose":"PROVIDE",'
            f'"timeslot":{{"timeslotStartDateTime":"{start}","timeslotEndDateTime":"{end}"}}}}',
        )

    def _order(self) -> bytes | None:
        job = self._job
        place = self._sent - 1
        if place >= job["orders_a_caller"]:
            return None
        uprn = job["first_uprn"] + premises_of_order(self._number, place, job)
        return self._post(
            f"{PREFIX}/service-orders",
            job["order"]
            .replace("$ID", str(self._id))
            .replace("$TENANT", job["tenants"][self._tenant])
            .replace("$UPRN", str(uprn))
            .replace("$RESERVATION", str(self._id)),
        )

    def _post(self, path: str, body: str) -> bytes:
        head = f"POST {path} HTTP/1.1\r\nX-Request-ID: {self._id}\r\nContent-Length: {len(body)}\r\n"
        return f"{head}{self._headers}\r\n{body}".encode()


class Numbers:
    """The ids that one turn makes, apart from those of every other turn."""

    A_TURN = 10_000_000

    def __init__(self) -> None:
        self._turns = 0

    def next(self) -> int:
        self._turns += 1
        return self._turns * self.A_TURN


def premises_of_order(number: int, place: int, job: dict[str, Any]) -> int:
    """No two orders of one tenant in one turn are for the same premises; callers of one tenant share out a range."""
    tenants = len(job["tenants"])
    tenant, rank = number % tenants, number // tenants
    return (tenant * 37 + rank * job["orders_a_caller"] + place) % job["premises"]
