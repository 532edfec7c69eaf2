"""What a circuit would cost a month, by the price list as it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fibregate.db import Statements
from fibregate.suppliers.network.circuits.model import Circuit
from fibregate.suppliers.network.ethernet import actions as network
from fibregate.suppliers.network.ethernet.model import Bandwidth, PriceList, Product
from fibregate.suppliers.network.ethernet.pricing import part, step
from fibregate.suppliers.questions import Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Of one circuit: its product, and what its distance adds. Of what is not sold any more nothing is known."""

    prices: PriceList
    product: Product
    surcharge: Decimal

    def monthly(self, bandwidth: str, months: int) -> Decimal | None:
        """None where that is not sold."""
        found, percent = self.product.bandwidth(bandwidth), self.prices.terms.get(months)
        if found is None or percent is None:
            return None
        return part(found.monthly, percent) + part(self.surcharge, percent)

    def on_bearer(self, bandwidth: str) -> Iterator[Bandwidth]:
        """What can be had on the bearer of that one, from the least to the greatest."""
        bearer = Bandwidth(code=bandwidth, monthly=Decimal(0), connection=Decimal(0)).bearer
        return (one for one in self.product.bandwidths if one.bearer == bearer)


async def of(on: Statements, circuit: Circuit) -> Rates | None:
    """None where its product is not sold any more, or not at its sites."""
    prices = await network.find_prices(on, circuit.supplier_id)
    product = prices.products.get(circuit.product) if prices else None
    if prices is None or product is None:
        return None
    addresses = [Identifier(str(one.address["id"]), str(one.address["type"])) for one in circuit.ends]
    sites = [one for one in await network.find_sites(on, addresses) if one is not None]
    if len(sites) < len(addresses):
        return None
    _, surcharge = step(prices, sites)
    return Rates(prices=prices, product=product, surcharge=surcharge)


async def notice_days(on: Statements, circuit: Circuit) -> int:
    """Of a cease."""
    prices = await network.find_prices(on, circuit.supplier_id)
    if prices is None:
        raise AssertionError("a price list is never deleted")
    return prices.cease_notice_days
