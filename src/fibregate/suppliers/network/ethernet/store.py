"""Rows of what our own network sells between sites. They are nobody's."""

from collections.abc import Mapping, Sequence
from typing import Any

from fibregate.db import Row, Statements
from fibregate.vocabulary import SupplierId

_FIND_PRICES = """
select l.supplier_id, l.validity_days, l.included_construction, l.lead_days, l.survey_lead_days, l.civils_lead_days,
    l.cease_notice_days,
    (select jsonb_agg(jsonb_build_object('id', p.product, 'name', p.name, 'roles', p.roles,
        'bandwidths', (select jsonb_agg(jsonb_build_object(
            'code', b.bandwidth, 'monthly', b.monthly::text, 'connection', b.connection::text
        )) from ethernet_bandwidths as b where b.supplier_id = p.supplier_id and b.product = p.product)
    ) order by p.product) from ethernet_products as p where p.supplier_id = l.supplier_id) as products,
    (select jsonb_agg(jsonb_build_object('months', t.months, 'percent', t.percent::text))
        from ethernet_terms as t where t.supplier_id = l.supplier_id) as terms,
    (select jsonb_agg(jsonb_build_object('from_metres', d.from_metres, 'monthly', d.monthly::text)
        order by d.from_metres)
        from ethernet_distances as d where d.supplier_id = l.supplier_id) as distances
from ethernet_price_lists as l where l.supplier_id = $1
"""


async def find_prices(on: Statements, supplier: SupplierId) -> Row | None:
    """The whole list in one row; amounts as text, so that they stay exact."""
    return await on.row(_FIND_PRICES, None, supplier)


_FIND_SITES = """
select s.kind, s.identifier, s.name, s.postcode, s.easting, s.northing, s.work, s.construction, s.greatest_bearer,
    s.validity_days
from unnest($1::text[], $2::text[]) as k (kind, identifier)
join ethernet_sites as s on s.kind = k.kind and s.identifier = k.identifier
"""


async def find_sites(on: Statements, keys: Sequence[tuple[str, str]]) -> list[Row]:
    return await on.rows(_FIND_SITES, None, [kind for kind, _ in keys], [identifier for _, identifier in keys])


_TAKE_NUMBER = """
update ethernet_price_lists set last_quote_number = last_quote_number + 1 where supplier_id = $1
returning quote_prefix || last_quote_number as quote_id
"""


async def take_number(on: Statements, supplier: SupplierId) -> str:
    """Quotes of one code wait here for each other until they are kept, so no number is lost or given twice."""
    row = await on.row(_TAKE_NUMBER, None, supplier)
    if row is None:
        raise AssertionError("a price list is never deleted")
    return str(row["quote_id"])


_NUMBER_FROM = """
update ethernet_price_lists
set last_quote_number = greatest(last_quote_number, $2), quote_prefix = coalesce($3, quote_prefix)
where supplier_id = $1 returning supplier_id
"""


async def number_from(on: Statements, supplier: SupplierId, last: int, *, prefix: str | None) -> None:
    """The next quote has a number beyond `last`."""
    await on.row(_NUMBER_FROM, None, supplier, last, prefix)


_PUT_PRICES = """
insert into ethernet_price_lists (
    supplier_id, quote_prefix, validity_days, included_construction, lead_days, survey_lead_days, civils_lead_days,
    cease_notice_days
)
select s.supplier_id, s.code || '-QUO-ETH-', $2, $3::text::numeric, $4, $5, $6, $7 from suppliers as s
where s.supplier_id = $1 and s.kind <> 'HTTP'
on conflict (supplier_id) do update set
    validity_days = excluded.validity_days, included_construction = excluded.included_construction,
    lead_days = excluded.lead_days, survey_lead_days = excluded.survey_lead_days,
    civils_lead_days = excluded.civils_lead_days, cease_notice_days = excluded.cease_notice_days, updated_at = clock()
returning supplier_id
"""


async def put_prices(
    on: Statements,
    supplier: SupplierId,
    *,
    validity_days: int,
    included: str,
    lead_days: Sequence[int],
    cease_notice_days: int,
) -> None:
    await on.row(_PUT_PRICES, None, supplier, validity_days, included, *lead_days, cease_notice_days)


# The order matters: bandwidths point at products.
_EMPTY = ("ethernet_bandwidths", "ethernet_products", "ethernet_terms", "ethernet_distances")


async def empty(on: Statements, supplier: SupplierId) -> None:
    """Take out all that is sold, to put another list in."""
    for table in _EMPTY:
        await on.rows(f"delete from {table} where supplier_id = $1", None, supplier)  # noqa: S608 - constants only


_PUT_PRODUCTS = """
insert into ethernet_products (supplier_id, product, name, roles)
select $1, p.id, p.name, p.roles from jsonb_to_recordset($2) as p (id text, name text, roles text)
"""
_PUT_BANDWIDTHS = """
insert into ethernet_bandwidths (supplier_id, product, bandwidth, monthly, connection)
select $1, b.product, b.code, b.monthly, b.connection
from jsonb_to_recordset($2) as b (product text, code text, monthly numeric, connection numeric)
"""
_PUT_TERMS = """
insert into ethernet_terms (supplier_id, months, percent)
select $1, t.months, t.percent from jsonb_to_recordset($2) as t (months smallint, percent numeric)
"""
_PUT_DISTANCES = """
insert into ethernet_distances (supplier_id, from_metres, monthly)
select $1, d.from_metres, d.monthly from jsonb_to_recordset($2) as d (from_metres integer, monthly numeric)
"""


async def put_products(on: Statements, supplier: SupplierId, rows: Sequence[Mapping[str, Any]]) -> None:
    await on.rows(_PUT_PRODUCTS, None, supplier, list(rows))


async def put_bandwidths(on: Statements, supplier: SupplierId, rows: Sequence[Mapping[str, Any]]) -> None:
    await on.rows(_PUT_BANDWIDTHS, None, supplier, list(rows))


async def put_terms(on: Statements, supplier: SupplierId, rows: Sequence[Mapping[str, Any]]) -> None:
    await on.rows(_PUT_TERMS, None, supplier, list(rows))


async def put_distances(on: Statements, supplier: SupplierId, rows: Sequence[Mapping[str, Any]]) -> None:
    await on.rows(_PUT_DISTANCES, None, supplier, list(rows))


_PUT_SITES = """
with given as (
    select g.* from jsonb_to_recordset($1) as g (
        kind text, identifier text, name text, postcode text, easting integer, northing integer, work text,
        construction numeric, greatest_bearer text, validity_days smallint
    )
)
insert into ethernet_sites as s (
    kind, identifier, name, postcode, easting, northing, work, construction, greatest_bearer, validity_days
)
select g.kind, g.identifier, g.name, g.postcode, g.easting, g.northing, g.work, g.construction, g.greatest_bearer,
    g.validity_days
from given as g
on conflict (kind, identifier) do update set
    name = excluded.name, postcode = excluded.postcode, easting = excluded.easting, northing = excluded.northing,
    work = excluded.work, construction = excluded.construction, greatest_bearer = excluded.greatest_bearer,
    validity_days = excluded.validity_days
where (s.name, s.postcode, s.easting, s.northing, s.work, s.construction, s.greatest_bearer, s.validity_days)
    is distinct from (excluded.name, excluded.postcode, excluded.easting, excluded.northing, excluded.work,
        excluded.construction, excluded.greatest_bearer, excluded.validity_days)
returning s.xmax = 0 as anew
"""


async def put_sites(on: Statements, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """How many are new, and how many have changed."""
    put = await on.rows(_PUT_SITES, None, list(rows))
    new = sum(bool(row["anew"]) for row in put)
    return new, len(put) - new
