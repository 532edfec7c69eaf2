"""What of each file of a bundle may be shown. Whatever a later release adds is hidden until it is put on a list."""

from typing import Final

from fibregate.cli.bundle.masking import Shape, Show


def _plain(names: str) -> dict[str, Show]:
    return dict.fromkeys(names.split(), Show.PLAIN)


_CHARACTERISTIC: Final[Shape] = _plain("name value")
_ACT_BY: Final[Shape] = _plain("who by")
_SLOT: Final[Shape] = _plain("timeslotStartDateTime timeslotEndDateTime classification standard")
_REQUEST: Final[Shape] = _plain("id reference")
_ENTITY: Final[Shape] = {
    **_plain(
        "id orderType supplier supplierOrderReference status serviceId reason appointmentReservationId "
        "appointmentReservationReference requestedCompletionDate requestedCeaseDate committedDate targetDate created "
        "updated"
    ),
    "address": _plain("id type"),
    "serviceOrderItem": {
        "serviceSpecification": _plain("id name"),
        "serviceCharacteristics": _CHARACTERISTIC,
    },
    "appointmentTimeslot": _SLOT,
}
_FACTS: Final[Shape] = {
    **_plain(
        "id sequenceNumber reason status previousStatus orderId orderType tenant happenedAt issuedAt receivedAt "
        "supplier supplierReference problemCode supplierCodes committedDate targetDate appointmentReference "
        "reservationId requestId conversationId"
    ),
    "appointment": _SLOT,
    "characteristics": _CHARACTERISTIC,
    "actBy": _ACT_BY,
    "charge": _plain("id state construction included amount currency decision raised answerBy answered ended"),
    "amendment": _REQUEST,
    "cancellation": _REQUEST,
    "error": _plain("uuid code"),
    "entity": _ENTITY,
}
_CONTENT: Final[Shape] = {
    **_plain(
        "reason problem_code supplier_codes status supplier_reference committed_at target_at appointment_reference "
        "request_id request_reference answer_by issued_at"
    ),
    "appointment": _plain("starts_at ends_at classification standard"),
    "charge": _plain("construction included"),
    "facts": _plain("SERVICE_ID ONT_REFERENCE ONT_PORT SERVICE_VLAN_ID"),
}

SHAPES: Final[dict[str, Shape]] = {
    "order.json": {
        **_plain(
            "tenant_id tenant order_key id door supplier order_type status returns_to uprn service "
            "requested_completion_date reservation_id supplier_reference committed_at target_at kci_count request_id "
            "conversation_id created_at updated_at"
        ),
        "characteristics": _CHARACTERISTIC,
    },
    "dates.json": _plain("move which moved_from moved_to caused_by problem_code at"),
    "visits.json": _plain(
        "id slot_id uprn service purpose state reference expires_at conversation_id request_id created_at ended_at "
        "starts_at ends_at classification standard"
    ),
    "work_order.json": _plain("reference created_at"),
    "wait.json": {**_plain("watched since after due_at warned_at"), "agreed_hours": _plain("ACKNOWLEDGED")},
    "story.json": {**_plain("story problem_code kci_delay_seconds step started_at"), "memory": _plain("branch")},
    "kcis.json": {**_plain("id sequence_number reason status issued_at received_at created_at"), "facts": _FACTS},
    "updates.json": {
        **_plain("id supplier sequence_number reason issued_at received_at state applied_at raw_bytes raw_sha256"),
        "refusal": Show.WORDS,
        "content": _CONTENT,
    },
    "deliveries.json": {
        **_plain(
            "endpoint_id sequence_number made_at delivered_at attempts failing_since refused_since skipped_at "
            "body_bytes body_sha256"
        ),
    },
    "attempts.json": _plain(
        "endpoint_id sequence_number attempt started_at took_ms dns_ms connect_ms tls_ms first_byte_ms http_status "
        "outcome peer signed_with request_id replay_id next_attempt_at"
    ),
    "skips.json": {**_plain("endpoint_id sequence_number asked_at done_at"), "skipped_by": Show.ACTOR},
    "replays.json": {
        **_plain("replay_id endpoint_id sequence_number position done_at created_at kci_count"),
        "asked_by": Show.ACTOR,
    },
    "endpoints.json": {
        **_plain(
            "endpoint_id rendering enabled suspended_at rate_per_second concurrency connect_seconds total_seconds "
            "header_names auth_kind verified_at created_at deleted_at state failures failing_since failing_lanes "
            "down_at prober scout probe_at recovered_at live_secrets"
        ),
        "url": Show.PLACE,
        "suspended_because": Show.WORDS,
        "last_failure": Show.WORDS,
    },
    "lanes.json": {
        **_plain("key kind share held due_at leased_until owner generation attempts last_enqueued last_done"),
        "parked_reason": Show.WORDS,
    },
    "audit.json": {
        **_plain("audit_id at act request_id"),
        "actor": Show.ACTOR,
        "subject": Show.WORDS,
        "details": _plain("reason problemCode sequenceNumber endpointId count secretId overlapDays rendering enabled"),
    },
    "alarms.json": {
        **_plain("alarm_id kind level tells_tenant raised_at cleared_at changes"),
        "subject": Show.WORDS,
        "text": Show.WORDS,
        "untold_because": Show.WORDS,
    },
    "log.json": {
        **_plain(
            "timestamp level request_id conversation_id tenant uuid route door method status ms error lane attempts "
            "endpoint alarm kind order"
        ),
        "event": Show.WORDS,
        "because": Show.WORDS,
        "where": Show.WORDS,
    },
    "settings.json": _plain(
        "token_seconds pool_size log_level one_open_order hold_limit webhook_connect_seconds webhook_total_seconds "
        "webhook_allow webhook_ports webhook_plain_http retry_days worker_concurrency checks_minutes "
        "undelivered_minutes attached_hours sign_in_failures duty_allow smtp_port smtp_security"
    ),
    "versions.json": {
        **_plain("fibregate python machine business_now real_now sandbox"),
        "system": Show.WORDS,
        "postgresql": Show.WORDS,
        "migrations": _plain("number name"),
        "packages": _plain("name version"),
    },
}
