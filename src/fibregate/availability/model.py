"""An availability answer before any dialect spells it."""

from dataclasses import dataclass

from fibregate.suppliers.network.model import ADDRESS_NOT_KNOWN, TEXTS, Premises


@dataclass(frozen=True, slots=True)
class Availability:
    """What one network says of one address; `premises` is None where no list has it.

    `ethernet`: it is a site of the network's Ethernet, too.
    """

    premises: Premises | None
    open_orders: int
    ethernet: bool = False

    @property
    def reason(self) -> dict[str, str] | None:
        """Why nothing can be ordered, if so."""
        if self.premises is None:
            return {"code": ADDRESS_NOT_KNOWN, "text": TEXTS[ADDRESS_NOT_KNOWN]}
        reason = self.premises.reason
        return dict(reason) if reason else None

    @property
    def new_line(self) -> bool:
        """Whether a new line can be installed or started."""
        return (
            self.premises is not None
            and self.premises.unavailable is None
            and self.premises.lines_left(self.open_orders) > 0
        )
