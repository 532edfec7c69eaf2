"""What an order may say of any fibre service beyond what availability lists: names, and what each accepts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

CHARGE_BAND: Final = "ECC_CHARGEBAND"
"""The characteristic by which an order agrees to a charge: a band of the network's, or an amount in pounds."""

ORDER_CHARACTERISTICS: Sequence[Mapping[str, Any]] = (
    {"name": "END_USER_TYPE", "values": ["RESIDENTIAL", "BUSINESS"], "ignoreCase": True},
    {"name": "REMOTE_ID", "pattern": r"[!-~](?:[ -~]{0,61}[!-~])?", "text": "1 to 63 printable ASCII characters"},
    {"name": "RETAILER_ID", "pattern": r"[A-Za-z0-9_-]{1,20}", "text": "1 to 20 letters, digits, - and _"},
    {"name": "CONTRACT_TERM", "pattern": r"[1-9][0-9]?|1[01][0-9]|120", "text": "months, 1 to 120"},
    {
        "name": CHARGE_BAND,
        "pattern": r"[A-Ea-e]|[0-9]{1,6}(?:\.[0-9]{1,2})?",
        "text": "a band A to E, or an amount in pounds",
    },
    {
        "name": "TRC_CHARGEBAND",
        "pattern": r"[A-Ea-e]|[0-9]{1,6}(?:\.[0-9]{1,2})?",
        "text": "a band, or an amount in pounds",
    },
    {"name": "CARE_LEVEL", "values": ["STANDARD", "ENHANCED", "PREMIUM"], "ignoreCase": True},
    {"name": "STATIC_IP_REQUESTED", "pattern": r"true|false|[0-9]|[1-9][0-9]", "text": "true, false, or 0 to 99"},
)
