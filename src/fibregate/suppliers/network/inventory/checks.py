"""The lines of a file against the network and against each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fibregate.suppliers.network.footprint.model import Bad
from fibregate.suppliers.network.inventory.model import OF_AN_ONT, Difference, Entry, Network, Reconciled, Standing

_FREE = frozenset({"FREE", "STOPPED"})


@dataclass(slots=True)
class _Taken:
    """By which line of the file, so far."""

    services: dict[str, int] = field(default_factory=dict[str, int])
    ports: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    vlans: dict[tuple[str, str, int, int], int] = field(default_factory=dict[tuple[str, str, int, int], int])
    onts: dict[str, Entry] = field(default_factory=dict[str, Entry])
    lines: dict[str, str] = field(default_factory=dict[str, str])


def reconcile(entries: Sequence[Entry], there: Network, now: datetime) -> tuple[Reconciled, list[Bad]]:
    """What is new, what is the same, what differs, what only the network has; and the lines that cannot be."""
    found, bad, taken = Reconciled(), list[Bad](), _Taken()
    for one in entries:
        standing = there.services.get((one.tenant, one.service_id))
        repeated = taken.services.setdefault(one.service_id, one.line)
        if repeated != one.line:
            bad.append(Bad(one.line, f"service_id: {one.service_id} stands on line {repeated} already", one.text))
        elif standing is not None and standing.state == "ACTIVE":
            _compare(found, one, standing, there)
        else:
            faults = list(_faults(one, standing, there, taken, now))
            if faults:
                bad.append(Bad(one.line, "; ".join(faults), one.text))
            else:
                found.new.append(one)
    named = {(one.tenant, one.service_id) for one in entries}
    live = (one for key, one in there.services.items() if key not in named and one.state == "ACTIVE")
    found.only_there.extend(sorted(live, key=lambda one: (one.tenant, one.service_id)))
    return found, bad


def _compare(found: Reconciled, one: Entry, standing: Standing, there: Network) -> None:
    in_file = {
        "uprn": one.uprn,
        "ont_reference": one.ont_reference,
        "port": one.port,
        "enni": handover(one, there)[0],
        "outer_vlan": handover(one, there)[1],
        "inner_vlan": one.inner_vlan,
        "line_profile": one.line_profile,
    }
    columns = {
        name: (str(standing.facts.get(name)), str(said))
        for name, said in in_file.items()
        if said is not None and said != standing.facts.get(name)
    }
    if columns:
        found.differs.append(Difference(one.line, one.tenant, one.service_id, columns))
    else:
        found.same += 1


def handover(one: Entry, there: Network) -> tuple[str | None, int | None]:
    """Where the service is handed over: as the line says, or at the tenant's handover in the area."""
    premises = there.premises.get(one.uprn)
    usual = there.handovers.get((one.tenant, premises["area"])) if premises else None
    return (
        one.enni or (usual["enni_id"] if usual else None),
        one.outer_vlan or (usual["outer_vlan"] if usual else None),
    )


def _faults(one: Entry, standing: Standing | None, there: Network, taken: _Taken, now: datetime) -> Iterator[str]:
    if standing is not None:
        yield f"service_id: {one.service_id} is {standing.state} here; its id is spent"
    if one.tenant not in there.tenants:
        yield f"tenant: {one.tenant!r} is not known; make it: fibregate tenant add {one.tenant}"
    if one.since > now:
        yield "since: lies ahead; services that live already are brought in"
    yield from _at_premises(one, there)
    yield from _ont(one, there, taken)
    yield from _port(one, there, taken)
    yield from _vlan(one, there, taken)


def _at_premises(one: Entry, there: Network) -> Iterator[str]:
    premises = there.premises.get(one.uprn)
    if premises is None:
        yield f"uprn: {one.uprn} is not known; import it first: fibregate premises import"
    elif premises["service"] is None:
        yield f"uprn: {one.uprn} has no profile, so no service can live there"
    else:
        offered: Sequence[str] = premises["profiles"]
        if one.line_profile is not None and offered and one.line_profile not in offered:
            yield f"line_profile: {one.line_profile!r} is not offered there; accepted: {', '.join(offered)}"
        if one.tenant in there.tenants and None in handover(one, there):
            yield f"enni, outer_vlan: {one.tenant} has no handover in area {premises['area']}; give both"


def _ont(one: Entry, there: Network, taken: _Taken) -> Iterator[str]:
    known = there.onts.get(one.ont_reference)
    if known is not None:
        yield from _same_ont(one, known)
        return
    first = taken.onts.setdefault(one.ont_reference, one)
    if first is not one:
        yield from (
            f"{name}: line {first.line} says otherwise of {one.ont_reference}"
            for name in ("uprn", *OF_AN_ONT, "ports")
            if getattr(one, name) not in {None, getattr(first, name)}
        )
        return
    missing = [name for name in OF_AN_ONT if getattr(one, name) is None]
    yield from (f"{name}: needed, because {one.ont_reference} is new here" for name in missing)
    fed = one.line_id and (there.lines.get(one.line_id) or taken.lines.setdefault(one.line_id, one.ont_reference))
    if fed not in {None, one.ont_reference}:
        yield f"line_id: {one.line_id} feeds {fed} already"


def _same_ont(one: Entry, known: Mapping[str, object]) -> Iterator[str]:
    for name in ("uprn", "line_id", "serial_number"):
        said = getattr(one, name)
        if said is not None and said != known[name]:
            yield f"{name}: {one.ont_reference} has {known[name]} here"


def _port(one: Entry, there: Network, taken: _Taken) -> Iterator[str]:
    repeated = taken.ports.setdefault(one.at, one.line)
    if repeated != one.line:
        yield f"port: port {one.port} of {one.ont_reference} stands on line {repeated} already"
    if one.ont_reference in there.onts:
        standing = there.ports.get(one.at)
        if standing is None:
            yield f"port: {one.ont_reference} has no port {one.port}"
        elif standing["status"] not in _FREE or one.at in there.claimed:
            yield f"port: port {one.port} of {one.ont_reference} is in use here, or an order for it is open"
        return
    first = taken.onts.get(one.ont_reference, one)
    premises = there.premises.get(first.uprn)
    ports = first.ports or (premises["ont_ports"] if premises else None)
    if ports is not None and one.port > ports:
        yield f"port: {one.ont_reference} has {ports} ports"


def _vlan(one: Entry, there: Network, taken: _Taken) -> Iterator[str]:
    enni, outer = handover(one, there)
    if enni is None or outer is None:
        return
    key = (one.tenant, enni, outer, one.inner_vlan)
    named = f"{outer}.{one.inner_vlan} at {enni}"
    holder = there.vlans.get(key)
    if holder is not None:
        yield f"inner_vlan: {named} is service {holder}'s here"
    repeated = taken.vlans.setdefault(key, one.line)
    if repeated != one.line:
        yield f"inner_vlan: {named} stands on line {repeated} already"
