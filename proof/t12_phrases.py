"""The words of T12's SQL: what stands between braces is filled in by chance, with names and numbers of this database.

`one` and `two` are tables of tenants, `a` and `b` conditions on them, `mine` and `yours` their columns of the tenant;
`other` is another tenant's number, `others` all of these, `own` the asker's or 0; `column` is any column of `one`,
`row` somebody else's row of it as JSON. What is read comes back as JSON, so that one sees whose it is.
"""

from typing import Final

CONDITIONS: Final = (
    "true",
    "{there} = {other}",
    "{there} <> {own}",
    "{there} = any(array{others})",
    "{there} = {other} or true",
    "{name}.{column}::text like '%canary%' or {name}.{column} is null",
    "not ({name}.{column} is null)",
    "exists (select 1 from {two})",
    "{there} in (select tenant_no from tenants)",
    "{there} = (select tenant_no from tenants where tenant_no <> {own} limit 1)",
    "{name}::text is not null",
)
JOINS: Final = ("join", "left join", "full join", "right join")
TAILS: Final = ("", "order by random()", "limit 5", "offset 1", "for update of a")

READS: Final = (
    "select to_jsonb(a)::text from {one} as a where {a} {tail}",
    "select {both} from {one} as a {join} {two} as b on a.{mine} = b.{yours} where {a} or {b} limit 200",
    "select {both} from {one} as a cross join {two} as b where {a} and {b} limit 200",
    "with c as materialized (select * from {one} as a where {a}) select to_jsonb(c)::text from c",
    "with c as not materialized (table {one}) select to_jsonb(a)::text from c as a where {a}",
    "select to_jsonb(a)::text from {one} as a where exists (select 1 from {two} as b where {b})",
    """
    select l.found from {one} as a, lateral (select to_jsonb(b)::text as found from {two} as b where {b} limit 3) as l
    where {a} limit 200
    """,
    "select to_jsonb(a)::text from {one} as a union all select to_jsonb(b)::text from {two} as b where {b}",
    "select jsonb_agg(to_jsonb(a))::text from {one} as a group by grouping sets ((a.{mine}), ())",
    "select jsonb_build_object('tenant_id', max(a.{mine}), 'about_tenant', min(a.{mine}))::text from {one} as a",
    """
    select jsonb_build_object('tenant_id', lag(a.{mine}) over (order by a.{mine}))::text from {one} as a where {a}
    """,
    """
    select jsonb_build_object('tenant_id', {other})::text from {one} as a having count(*) filter
        (where a.{mine} = any(array{others})) > 0
    """,
    """
    select to_jsonb(a)::text from {one} as a
    where 1 / (case when a.{mine} = any(array{others}) then 0 else 1 end) = 1
    """,
    """
    select jsonb_build_object('tenant_id', {other})::text from pg_stats
    where tablename = '{one}' and attname = '{mine}' and most_common_vals is not null
    """,
    "select to_jsonb(a)::text from {one} as a where a.{mine} = current_tenant() or clock() is not null",
    "select to_jsonb(a)::text from {one} as a tablesample bernoulli (80) where {a}",
)
BOTH: Final = "(to_jsonb(a)::text || coalesce(to_jsonb(b)::text, ''))"

CHANGES: Final = (
    "update {one} as a set {column} = {column} where {a} returning to_jsonb(a)::text",
    "update {one} as a set {mine} = {other} where {a} returning to_jsonb(a)::text",
    "update {one} as a set {column} = null where a.{mine} = {other} returning to_jsonb(a)::text",
    "delete from {one} as a where a.{mine} <> {own} returning to_jsonb(a)::text",
    "with c as (update {one} as a set {column} = {column} where {a} returning to_jsonb(a)::text) select * from c",
    """
    merge into {one} as a using (values ({other})) as o (t) on a.{mine} = o.t
    when matched then update set {column} = a.{column} returning to_jsonb(a)::text
    """,
)
_FILLED: Final = "insert into {one} as a {overriding} select * from jsonb_populate_record(null::{one}, '{row}')"
ADDITIONS: Final = (
    f"{_FILLED} returning to_jsonb(a)::text",
    f"{_FILLED} on conflict do nothing returning to_jsonb(a)::text",
    f"{_FILLED} on conflict ({{key}}) do update set {{column}} = excluded.{{column}} returning to_jsonb(a)::text",
)
"""Of a row that another has already."""

LEVERS: Final = (
    "set role fibregate_owner",
    "set session authorization postgres",
    "set local row_security = off",
    "alter table {one} no force row level security",
    "alter table {one} disable row level security",
    "drop policy one_tenant on {one}",
    "create policy everything on {one} using (true)",
    "create function all_of() returns setof {one} language sql security definer as 'table {one}'",
    "create view all_of with (security_invoker = false) as table {one}",
    "truncate {one}",
    "copy {one} to '/tmp/proof-stolen'",
    "select pg_read_file('pg_hba.conf')",
    "grant fibregate_owner to current_user",
    "alter role fibregate_app bypassrls",
)
"""What somebody would try who wants the wall away; tried, and then it is read as ever."""
