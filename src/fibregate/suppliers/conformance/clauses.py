"""The rules, in the order in which they are tried. The page `docs/reference/conformance.md` is made from them."""

from typing import Final

from fibregate.suppliers.conformance.model import Clause, Level

TOKEN: Final = Clause(
    "token",
    "The token endpoint answers a client's id and secret with 200, `access_token`, `token_type` Bearer and "
    "`expires_in`.",
    "the account's own id and secret",
)
WRONG_SECRET: Final = Clause(
    "wrong-secret",
    "A wrong secret is 400 or 401 with OAuth's `error`, and never a token.",
    "the account's id with another secret",
)
NO_CREDENTIALS: Final = Clause(
    "no-credentials", "A call without credentials is 401 `NOT_AUTHORISED`.", "availability without `Authorization`"
)
OTHER_TENANT: Final = Clause(
    "other-tenant",
    "A `Tenant` header that is not the caller's own is 401 or 403.",
    "availability with an invented tenant",
)
HEADERS: Final = Clause(
    "headers",
    "A call without `Tenant`, `X-Request-ID` or `X-Conversation-ID` is 400 `MALFORMED_REQUEST`.",
    "availability three times, each time without one of them",
)
PARAMETER: Final = Clause(
    "parameter", "A call without a mandatory parameter is 400 `MALFORMED_REQUEST`.", "availability without `address`"
)
MALFORMED: Final = Clause(
    "malformed", "A body that is not JSON is 400 `MALFORMED_REQUEST`.", 'a booking whose body is `{"id":`'
)
WRONG_TYPE: Final = Clause(
    "wrong-type",
    "A wrong JSON type is 400 `MALFORMED_REQUEST`: an `id` is a number, not a text.",
    'a booking with the id `"7"`',
)
CONSTRAINT: Final = Clause(
    "constraint",
    "What can be read but breaks a rule is 422 `INVALID_REQUEST`, with a message for each fault.",
    "a booking for the purpose `HOLIDAY`",
)
AVAILABLE: Final = Clause(
    "availability",
    "Service availability is 200 and one object: the `address` that was asked for, and `serviceSpecifications`, each "
    "with its `id` and the values that may be chosen.",
    "the address given; where nothing can be ordered there, what needs an order is skipped",
)
SITE: Final = Clause(
    "site",
    "Where something can be ordered, `siteInformation` says by `newLine` whether a new line fits, and by "
    "`installationType` that an engineer must visit.",
    "the same answer",
)
UNKNOWN_ADDRESS: Final = Clause(
    "unknown-address",
    "An address that no list has is 200 without specifications and with `unavailabilityReasons`.",
    "the unknown address",
)
SLOTS: Final = Clause(
    "slots",
    "Available appointments are to come and on or after `appointmentFromDate`; each ends after it begins.",
    "a week and four weeks from today, for the purpose PROVIDE",
)
SLOTS_SORTED: Final = Clause(
    "slots-sorted", "Available appointments come with the earliest first.", "the same answers", Level.SHOULD
)
SLOTS_CLASSIFIED: Final = Clause(
    "slots-classified",
    "A classification is what the timeslot is in UK local time: the kind of day, and the part of it.",
    "the day of each timeslot, and the hours of AM (08:00 to 13:00) and PM (13:00 to 18:00)",
    Level.SHOULD,
)
SLOTS_FILTERED: Final = Clause(
    "slots-filtered",
    "With `classifications`, only timeslots of those kinds are answered.",
    "the kind of the first timeslot",
    Level.SHOULD,
)
SLOTS_NOWHERE: Final = Clause(
    "slots-nowhere", "At an address that no list has, appointments are 422 or none.", "the unknown address"
)
SLOT_NOT_OFFERED: Final = Clause(
    "slot-not-offered",
    "A timeslot that the network does not have is 422 or 409, and is not held.",
    "03:07 to 03:11 in the night, a month from today",
)
BOOKING: Final = Clause(
    "booking",
    "A booking is 201 with `supplierReference` and the timeslot that was asked for; an `expiryDateTime` is to come. An "
    "id whose request was refused is still free.",
    "the first free timeslot, under the id that was refused just before",
)
BOOKING_AGAIN: Final = Clause(
    "booking-again",
    "The same id with an equal body is answered as before, and nothing is held twice.",
    "the same booking once more: the same `supplierReference`",
)
BOOKING_OTHER: Final = Clause(
    "booking-other", "The same id with another body is 422.", "another timeslot under the same id"
)
BOOKING_READ: Final = Clause(
    "booking-read",
    "`GET /appointments/{id}` shows a booking; an id that was never used is 404 `NOT_FOUND`.",
    "the booking, and an id that nobody used; an extension",
)
BOOKING_RELEASED: Final = Clause(
    "booking-released",
    "`DELETE /appointments/{id}` gives a visit back: 204, and 204 once more.",
    "a second booking, given back twice; an extension",
)
SLOT_TAKEN: Final = Clause(
    "slot-taken",
    "A timeslot whose last place has gone is 409, or 422: never a second booking of one place.",
    "two bookings of one timeslot at the scarce address",
)
ORDER: Final = Clause(
    "order",
    "A provide order is 201 with the network's reference and ACKNOWLEDGED or IN_PROGRESS, or 202.",
    "an order that quotes the booking, with the first of the values that availability offers",
)
ORDER_AGAIN: Final = Clause(
    "order-again",
    "The same id with an equal body is answered as before, and is not done twice.",
    "the same order once more",
)
ORDER_OTHER: Final = Clause("order-other", "The same id with another body is 422.", "the same order with another note")
ORDER_REFUSED: Final = Clause(
    "order-refused",
    "An order that cannot be placed is 422 at once, or 202 and an update later.",
    "an order for a service that nobody offers",
)
ORDER_READ: Final = Clause(
    "order-read",
    "`GET /service-orders/{id}` shows an order with its `status` and `supplierOrderReference`; an id that was never "
    "used is 404 `NOT_FOUND`.",
    "the order, and an id that nobody used; an extension, by which lost answers are looked up",
)
UPDATES: Final = Clause(
    "updates",
    "After a 202 an update follows: ACKNOWLEDGED or ORDER_REJECTED first, in `sequenceNumber` order from 1, each with "
    "what its reason must bring, and with our id or the reference of the order.",
    "the suite listens while it runs, where it is told to",
)
AMENDMENT_NOWHERE: Final = Clause(
    "amendment-nowhere", "An amendment of an order that is not there is 422.", "an order id that nobody used"
)
AMENDMENT: Final = Clause(
    "amendment", "An amendment is 201 when it is applied, 202 when it is pending, 422 when it is refused.", "a new note"
)
AMENDMENT_READ: Final = Clause(
    "amendment-read",
    "`GET /service-order-amendments/{id}` shows what became of an amendment; an unused id is 404 `NOT_FOUND`.",
    "the amendment, and an id that nobody used; an extension",
)
CANCELLATION_NOWHERE: Final = Clause(
    "cancellation-nowhere", "A cancellation of an order that is not there is 422.", "an order id that nobody used"
)
CANCELLATION: Final = Clause(
    "cancellation",
    "A cancellation is 201 when the order has ended, 202 when it is pending, 422 when it is refused. Asked again with "
    "the same id and body it is answered alike.",
    "the order, with the reason NO_LONGER_REQUIRED, twice",
)
CANCELLATION_READ: Final = Clause(
    "cancellation-read",
    "`GET /service-order-cancellations/{id}` shows what became of a cancellation; an unused id is 404 `NOT_FOUND`.",
    "the cancellation, and an id that nobody used; an extension",
)
QUOTE: Final = Clause(
    "quote",
    "A quote is 201 with an `id` and a price: `supplierQuoteId`, `level`, `currency`, the charges with their exact "
    "totals, `leadTimeWorkingDays` and `validUntil`; or REJECTED with `reasons`.",
    "Ethernet between the sites given; without any, and without a price, what is below is skipped",
)
QUOTE_AGAIN: Final = Clause(
    "quote-again",
    "The same id with an equal body is answered as before.",
    "the same question once more",
    Level.SHOULD,
)
QUOTE_REFUSED: Final = Clause(
    "quote-refused", "What is not sold has no price: it is 422, or REJECTED.", "a product that nobody sells"
)
ETHERNET_ORDER: Final = Clause(
    "ethernet-order",
    "An Ethernet order is 201 with the network's reference and ACKNOWLEDGED or IN_PROGRESS, or 202.",
    "an order of the price, as it was quoted",
)
ETHERNET_ORDER_AGAIN: Final = Clause(
    "ethernet-order-again",
    "The same id with an equal body is answered as before, and is not done twice.",
    "the same order once more",
)
ETHERNET_ORDER_OTHER: Final = Clause(
    "ethernet-order-other", "The same id with another body is 422.", "the same order with another note at a site"
)
ETHERNET_ORDER_READ: Final = Clause(
    "ethernet-order-read",
    "`GET /ethernet/service-orders/{id}` shows an order with its `status` and `supplierOrderReference`; an id that was "
    "never used is 404 `NOT_FOUND`.",
    "the order, and an id that nobody used; an extension, by which lost answers are looked up",
)
ETHERNET_CANCELLATION: Final = Clause(
    "ethernet-cancellation",
    "An Ethernet order is cancelled as every other: 201 when it has ended, 202 when that is pending, 422 when it is "
    "refused.",
    "the order, with the reason NO_LONGER_REQUIRED",
)
ERROR_OBJECT: Final = Clause(
    "error-object",
    "Every answer that is not 2xx carries `uuid`, `code` and `messages`. (403 and 503 may come without.)",
    "every answer of the suite",
)
CODES: Final = Clause(
    "codes",
    "The code fits the status: 400 and 405 `MALFORMED_REQUEST`, 401 and 403 `NOT_AUTHORISED`, 404 `NOT_FOUND`, 409 and "
    "422 `INVALID_REQUEST`.",
    "every answer of the suite",
)
JSON: Final = Clause(
    "json", "A body is one JSON object in UTF-8, sent as `application/json`.", "every answer of the suite"
)
INSTANTS: Final = Clause(
    "instants",
    "A date-time carries `Z` or an offset; a date is `YYYY-MM-DD`.",
    "every member whose name ends in `Date`, `DateTime` or `On`, in every answer of the suite",
)
NO_REDIRECTS: Final = Clause("no-redirects", "No call is redirected.", "every answer of the suite")
NO_FAULTS: Final = Clause(
    "no-faults", "Nothing that a caller sends is a 500: what is wrong with it is 4xx.", "every answer of the suite"
)
IN_TIME: Final = Clause("in-time", "An answer comes within 5 seconds.", "every answer of the suite", Level.SHOULD)

ALL: Final = (
    TOKEN,
    WRONG_SECRET,
    NO_CREDENTIALS,
    OTHER_TENANT,
    HEADERS,
    PARAMETER,
    MALFORMED,
    WRONG_TYPE,
    CONSTRAINT,
    AVAILABLE,
    SITE,
    UNKNOWN_ADDRESS,
    SLOTS,
    SLOTS_SORTED,
    SLOTS_CLASSIFIED,
    SLOTS_FILTERED,
    SLOTS_NOWHERE,
    SLOT_NOT_OFFERED,
    BOOKING,
    BOOKING_AGAIN,
    BOOKING_OTHER,
    BOOKING_READ,
    BOOKING_RELEASED,
    SLOT_TAKEN,
    ORDER,
    ORDER_AGAIN,
    ORDER_OTHER,
    ORDER_REFUSED,
    ORDER_READ,
    UPDATES,
    AMENDMENT_NOWHERE,
    AMENDMENT,
    AMENDMENT_READ,
    CANCELLATION_NOWHERE,
    CANCELLATION,
    CANCELLATION_READ,
    QUOTE,
    QUOTE_AGAIN,
    QUOTE_REFUSED,
    ETHERNET_ORDER,
    ETHERNET_ORDER_AGAIN,
    ETHERNET_ORDER_OTHER,
    ETHERNET_ORDER_READ,
    ETHERNET_CANCELLATION,
    ERROR_OBJECT,
    CODES,
    JSON,
    INSTANTS,
    NO_REDIRECTS,
    NO_FAULTS,
    IN_TIME,
)
