"""How tenants of T17's machines hear of their orders: the feed, and endpoints that come and go."""

from proof import t17_compare as compare
from proof.t17_asking import Chance
from proof.t17_compare import ENDPOINT, KCI
from proof.t17_network import Network
from proof.t17_things import Endpoint


class Hearing(Network):
    """The steps around KCIs."""

    def read_feed(self, chance: Chance) -> None:
        self.compare_feed(chance.who)

    def compare_feed(self, who: str) -> None:
        self.step(f"{who} reads its feed")
        self.settle()
        known = {("KCI", number) for code, number in self.model.orders if code == who}
        known |= {("APPOINTMENT", number) for code, number in self.model.bookings if code == who}
        found = [one for one in map(compare.event, self.world.feed(who)) if one[:2] in known]
        text = compare.feed(self.model.feeds.pop(who, []), found)
        if text:
            self.wrong(KCI, f"the feed of {who}: {text}")

    def add_endpoint(self, chance: Chance) -> None:
        who = chance.who
        there = self.model.endpoints.setdefault(who, [])
        if sum(not one.deleted for one in there) >= 2:
            return
        self.step(f"{who} makes an endpoint")
        path = f"/{who}/{self.world.client.asked}"
        asked = {"url": self.world.receiver.url + path, "rendering": "wholesale-webhook"}
        got = self.ask(who, "POST", "/manage/v1/endpoints", asked)
        self.expect(got, 201)
        there.append(Endpoint(got.body["id"], path=path))

    def change_endpoint(self, chance: Chance) -> None:
        who, to = chance.who, ("on", "off", "look", "gone", "on")[chance.which % 5]
        there = self.model.endpoints.get(who, [])
        if not there:
            return
        self.settle()
        one = there[-1 - chance.pick % len(there)]
        self.step(f"{who} changes an endpoint: {to}")
        path = f"/manage/v1/endpoints/{one.id}"
        if to == "look":
            got = self.ask(who, "GET", path)
        elif to == "gone":
            got = self.ask(who, "DELETE", path)
        else:
            got = self.ask(who, "PATCH", path, {"enabled": to == "on"})
        if not self.expect(got, 404 if one.deleted else 204 if to == "gone" else 200):
            return
        one.deleted = to == "gone"
        one.enabled = {"on": True, "off": False}.get(to, one.enabled)
        if to == "look" and got.body["enabled"] != one.enabled:
            self.wrong(ENDPOINT, f"expected enabled {one.enabled}, got {got.body}")
        self.settle()
        self.model.settle()
        self.delivered(one)

    def delivered(self, one: Endpoint) -> None:
        text = compare.taken(one, self.world.receiver.taken.get(one.path, []))
        if text:
            self.wrong(ENDPOINT, text)
