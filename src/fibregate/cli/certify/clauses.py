"""The rules that findings quote, as the page has them; a test compares."""

from dataclasses import dataclass
from typing import Final

PAGE: Final = "docs/reference/certify.md"


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule: its name and its words, and how a receiver that breaks it is mended."""

    name: str
    text: str
    mend: str


TAKEN: Final = Clause(
    "Taken",
    "Answer 2xx when you have the KCI safely; 204 is best. Anything else is tried again.",
    "store the bytes first, answer 204, and work on them afterwards",
)
IN_TIME: Final = Clause(
    "In time",
    "Answer within 5 seconds. After 20 the attempt is over, and the KCI comes again.",
    "store the bytes, answer 204 at once, and work on them in the background",
)
NO_REDIRECTS: Final = Clause(
    "No redirects",
    "A 3xx is not followed: answer at the URL that you gave.",
    "give the final URL, with its scheme, host and slash at the end as your server wants them",
)
GONE: Final = Clause(
    "Gone",
    "An answer of 410 suspends the endpoint: send it only to get no more KCIs.",
    "answer another status, and keep 410 for the day on which the endpoint is given up",
)
ONCE: Final = Clause(
    "Once",
    "The same `webhook-id` may come again, days later or at the same moment: answer 2xx, and act on it once.",
    "keep the ids that you have, under a unique key written with the KCI itself; answer 204 to one that you know",
)
IN_ORDER: Final = Clause(
    "In order",
    "KCIs of one order come in the order of `sequenceNumber`. Those of other orders come in between, and at the same "
    "time.",
    "keep the last number for each order, not one for all, and take requests in parallel",
)
LATE: Final = Clause(
    "Late",
    "A number below one that you have comes late, after a skip or in a replay: keep it, answer 2xx, and do not set the "
    "order's status back.",
    "write the status only where the number is above the last one of that order",
)
OLD: Final = Clause(
    "Old",
    "A KCI may be days old when it comes. Its freshness is the `webhook-timestamp`; no time in the body says anything "
    "of it.",
    "compare `webhook-timestamp` with your clock, and no field of the body",
)
SIGNED: Final = Clause(
    "Signed",
    "Verify the signature over `webhook-id`, `webhook-timestamp` and the bytes as they came, with the endpoint's "
    "secret. What does not verify is refused, and nothing of it is acted on.",
    "verify before anything parses the body, with a library of Standard Webhooks or as the page of KCIs shows",
)
REFUSED: Final = Clause(
    "Refused",
    "Refuse with a 4xx, best with 401, and never with 410.",
    "catch what your verification raises, and answer 401",
)
FRESH: Final = Clause(
    "Fresh",
    "Refuse a `webhook-timestamp` that is more than five minutes from your clock, before or after. Take what is "
    "nearer.",
    "compare the signed timestamp with your clock, allow 300 seconds either way, and keep the clock set by NTP",
)
ROTATION: Final = Clause(
    "Rotation",
    "`webhook-signature` may hold several signatures, of other keys and of other versions. One that verifies is "
    "enough; versions that you do not know count for nothing.",
    "split the header at spaces, try each `v1,…`, and take the KCI if any of them verifies",
)
UNKNOWN: Final = Clause(
    "Unknown",
    "Accept codes and fields that you do not know, and keep the codes.",
    "read codes as text and not as a closed list, and let unknown fields pass",
)
AFTER_THE_END: Final = Clause(
    "After the end",
    "An order that has ended may still get ADDITIONAL or UPDATE: take it; the status stays.",
    "do not close an order's books when it ends: keep what comes, and change no status",
)
UNSOLICITED: Final = Clause(
    "Unsolicited cease",
    "A cease that you did not ask for comes as an order that you have never seen: take it.",
    "make an order of your own of it, found by its service id, and stop billing from its date",
)
SIZE: Final = Clause(
    "Size",
    "Take bodies of up to 1 MiB.",
    "raise the limit of your server, of its framework and of the proxy before it to at least 1 MiB",
)
ECHO: Final = Clause(
    "Echo",
    'It is asked by POST with `{"orders": [1, 2]}`, and answers 200 with `{"1": {"sequence": 7, "status": "COMPLETED", '
    '"seen": 7}}` in at most 4 KiB: for each order the highest number that it has, the status that it shows, and how '
    "many KCIs it acted on.",
    "answer so for the orders that are asked for, and leave out those that you do not have",
)
ALL: Final = (
    TAKEN,
    IN_TIME,
    NO_REDIRECTS,
    GONE,
    ONCE,
    IN_ORDER,
    LATE,
    OLD,
    SIGNED,
    REFUSED,
    FRESH,
    ROTATION,
    UNKNOWN,
    AFTER_THE_END,
    UNSOLICITED,
    SIZE,
    ECHO,
)
