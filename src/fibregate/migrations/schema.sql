-- What the migrations give, as pg_dump tells it. Written by `make schema`, compared by tests/test_schema.py.


CREATE FUNCTION public.clock() RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select coalesce(frozen_at, now() + shift) from business_clock $$;

CREATE FUNCTION public.current_tenant() RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select nullif(current_setting('fg.tenant', true), '')::integer $$;

CREATE TABLE public.accepted_requests (
    tenant_id integer NOT NULL,
    route text NOT NULL,
    strict boolean NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    http_status smallint,
    answer bytea,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT accepted_requests_check CHECK (((http_status IS NULL) = (answer IS NULL)))
);

ALTER TABLE ONLY public.accepted_requests FORCE ROW LEVEL SECURITY;

CREATE TABLE public.alarms (
    alarm_id bigint NOT NULL,
    about_tenant integer,
    kind text NOT NULL,
    subject text NOT NULL,
    level smallint NOT NULL,
    text text NOT NULL,
    tells_tenant boolean NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    cleared_at timestamp with time zone,
    changes integer DEFAULT 1 NOT NULL,
    told_by_webhook integer DEFAULT 0 NOT NULL,
    told_by_mail integer DEFAULT 0 NOT NULL,
    told_to_tenant integer DEFAULT 0 NOT NULL,
    untold_because text,
    CONSTRAINT alarms_kind_check CHECK ((kind = ANY (ARRAY['ENDPOINT_FAILING'::text, 'ENDPOINT_SUSPENDED'::text, 'HEAD_REFUSED'::text, 'DELIVERY_PARKED'::text, 'OLDEST_UNDELIVERED'::text, 'ORDER_SILENT'::text, 'GHOST_APPOINTMENT'::text, 'SIGN_INS_FAILING'::text, 'CREDENTIAL_EXPIRING'::text, 'LANE_ASTRAY'::text, 'CALL_UNKNOWN'::text, 'SUPPLIER_FAILING'::text, 'WAYLEAVE_WAITS'::text]))),
    CONSTRAINT alarms_level_check CHECK ((level >= 1))
);

ALTER TABLE ONLY public.alarms FORCE ROW LEVEL SECURITY;

ALTER TABLE public.alarms ALTER COLUMN alarm_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alarms_alarm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.areas (
    area text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    nation text NOT NULL,
    CONSTRAINT areas_area_check CHECK ((area ~ '^[A-Z0-9_-]{1,20}$'::text)),
    CONSTRAINT areas_nation_check CHECK ((nation = ANY (ARRAY['ENG'::text, 'SCT'::text, 'WLS'::text, 'NIR'::text])))
);

CREATE TABLE public.audit (
    at timestamp with time zone DEFAULT public.clock() NOT NULL,
    audit_id bigint NOT NULL,
    about_tenant integer,
    actor text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    origin text DEFAULT ''::text NOT NULL,
    request_id text,
    details jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY public.audit FORCE ROW LEVEL SECURITY;

ALTER TABLE public.audit ALTER COLUMN audit_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.business_clock (
    only_row boolean DEFAULT true NOT NULL,
    sandbox boolean DEFAULT false NOT NULL,
    shift interval DEFAULT '00:00:00'::interval NOT NULL,
    frozen_at timestamp with time zone,
    CONSTRAINT business_clock_check CHECK ((sandbox OR ((shift = '00:00:00'::interval) AND (frozen_at IS NULL)))),
    CONSTRAINT business_clock_only_row_check CHECK (only_row)
);

CREATE SEQUENCE public.change_keys
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.charges (
    tenant_id integer NOT NULL,
    charge_id uuid NOT NULL,
    order_key bigint NOT NULL,
    construction numeric(12,2) NOT NULL,
    included numeric(12,2) NOT NULL,
    amount numeric(12,2) GENERATED ALWAYS AS ((construction - included)) STORED NOT NULL,
    text text,
    state text NOT NULL,
    answer text,
    change_key bigint,
    raised_at timestamp with time zone NOT NULL,
    answer_by timestamp with time zone,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    kind text DEFAULT 'CONSTRUCTION'::text NOT NULL,
    CONSTRAINT charges_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT charges_answer_check CHECK ((answer = ANY (ARRAY['ACCEPT'::text, 'DECLINE'::text]))),
    CONSTRAINT charges_check CHECK (((state = 'ANSWERED'::text) <= ((answer IS NOT NULL) AND (change_key IS NOT NULL)))),
    CONSTRAINT charges_check1 CHECK (((state = ANY (ARRAY['AWAITING_RESPONSE'::text, 'ANSWERED'::text])) = (ended_at IS NULL))),
    CONSTRAINT charges_check2 CHECK (((state = 'AWAITING_RESPONSE'::text) <= (answer_by IS NOT NULL))),
    CONSTRAINT charges_construction_check CHECK ((construction > (0)::numeric)),
    CONSTRAINT charges_included_check CHECK ((included >= (0)::numeric)),
    CONSTRAINT charges_kind_check CHECK ((kind = ANY (ARRAY['CONSTRUCTION'::text, 'EARLY_ENDING'::text]))),
    CONSTRAINT charges_state_check CHECK ((state = ANY (ARRAY['AWAITING_RESPONSE'::text, 'ANSWERED'::text, 'ACCEPTED'::text, 'DECLINED'::text, 'LAPSED'::text, 'WITHDRAWN'::text])))
);

ALTER TABLE ONLY public.charges FORCE ROW LEVEL SECURITY;

CREATE TABLE public.circuit_orders (
    tenant_id integer NOT NULL,
    order_key bigint NOT NULL,
    service_id text NOT NULL,
    bandwidth text,
    months smallint,
    monthly numeric(12,2),
    contract jsonb,
    months_left smallint,
    early_ending numeric(12,2),
    CONSTRAINT circuit_orders_bandwidth_check CHECK ((bandwidth ~ '^[1-9][0-9]{0,3}[MG][1-9][0-9]{0,3}[MG]$'::text)),
    CONSTRAINT circuit_orders_check CHECK ((num_nulls(months_left, early_ending) = ANY (ARRAY[0, 2]))),
    CONSTRAINT circuit_orders_check1 CHECK (((early_ending IS NULL) OR (num_nonnulls(bandwidth, months, monthly, contract) = 0))),
    CONSTRAINT circuit_orders_early_ending_check CHECK ((early_ending >= (0)::numeric)),
    CONSTRAINT circuit_orders_monthly_check CHECK ((monthly >= (0)::numeric)),
    CONSTRAINT circuit_orders_months_check CHECK (((months >= 1) AND (months <= 120))),
    CONSTRAINT circuit_orders_months_left_check CHECK ((months_left >= 0))
);

ALTER TABLE ONLY public.circuit_orders FORCE ROW LEVEL SECURITY;

CREATE TABLE public.client_secrets (
    client_id text NOT NULL,
    place smallint NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT client_secrets_place_check CHECK ((place = ANY (ARRAY[1, 2])))
);

CREATE TABLE public.clients (
    client_id text NOT NULL,
    for_tenant integer,
    for_supplier integer,
    scopes text[] NOT NULL,
    epoch bigint DEFAULT 1 NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT clients_check CHECK ((num_nonnulls(for_tenant, for_supplier) = 1))
);

CREATE TABLE public.deliveries (
    tenant_id integer NOT NULL,
    endpoint_id uuid NOT NULL,
    order_key bigint NOT NULL,
    sequence_number integer NOT NULL,
    body bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    delivered_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    refused_since timestamp with time zone,
    skipped_at timestamp with time zone
);

ALTER TABLE ONLY public.deliveries FORCE ROW LEVEL SECURITY;

CREATE TABLE public.delivery_attempts (
    tenant_id integer NOT NULL,
    endpoint_id uuid NOT NULL,
    order_key bigint NOT NULL,
    sequence_number integer NOT NULL,
    attempt integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    took_ms real NOT NULL,
    http_status smallint,
    outcome text NOT NULL,
    answer text,
    dns_ms real,
    connect_ms real,
    tls_ms real,
    first_byte_ms real,
    peer text,
    signed_with uuid[],
    request_id uuid,
    replay_id uuid,
    next_attempt_at timestamp with time zone
);

ALTER TABLE ONLY public.delivery_attempts FORCE ROW LEVEL SECURITY;

CREATE TABLE public.endpoint_creations (
    tenant_id integer NOT NULL,
    creation_id uuid NOT NULL,
    asked_hash bytea NOT NULL,
    endpoint_id uuid NOT NULL,
    secret_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL
);

ALTER TABLE ONLY public.endpoint_creations FORCE ROW LEVEL SECURITY;

CREATE TABLE public.endpoint_health (
    tenant_id integer NOT NULL,
    endpoint_id uuid NOT NULL,
    state text DEFAULT 'UP'::text NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    failing_lanes integer DEFAULT 0 NOT NULL,
    last_failure text,
    down_at timestamp with time zone,
    prober text,
    scout text,
    probe_at timestamp with time zone,
    recovered_at timestamp with time zone,
    CONSTRAINT endpoint_health_check CHECK (((state = 'DOWN'::text) = (down_at IS NOT NULL))),
    CONSTRAINT endpoint_health_check1 CHECK (((failures = 0) = (failing_since IS NULL))),
    CONSTRAINT endpoint_health_state_check CHECK ((state = ANY (ARRAY['UP'::text, 'DOWN'::text])))
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.endpoint_health FORCE ROW LEVEL SECURITY;

CREATE TABLE public.endpoint_places (
    tenant_id integer NOT NULL,
    endpoint_id uuid NOT NULL,
    kind text NOT NULL,
    place integer NOT NULL,
    free_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    holder uuid,
    CONSTRAINT endpoint_places_kind_check CHECK ((kind = ANY (ARRAY['RATE'::text, 'CONCURRENCY'::text]))),
    CONSTRAINT endpoint_places_place_check CHECK ((place >= 0))
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.endpoint_places FORCE ROW LEVEL SECURITY;

CREATE TABLE public.endpoint_public_keys (
    endpoint_id uuid NOT NULL,
    secret_id uuid NOT NULL,
    for_tenant integer NOT NULL,
    public_key jsonb NOT NULL,
    expires_at timestamp with time zone
);

CREATE TABLE public.endpoint_secrets (
    tenant_id integer NOT NULL,
    endpoint_id uuid NOT NULL,
    secret_id uuid DEFAULT gen_random_uuid() NOT NULL,
    secret bytea NOT NULL,
    private_key bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone
);

ALTER TABLE ONLY public.endpoint_secrets FORCE ROW LEVEL SECURITY;

CREATE TABLE public.endpoints (
    tenant_id integer NOT NULL,
    endpoint_id uuid NOT NULL,
    url text NOT NULL,
    rendering text NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    suspended_because text,
    suspended_at timestamp with time zone,
    rate_per_second integer,
    concurrency integer,
    connect_seconds real,
    total_seconds real,
    headers bytea,
    header_names text[] DEFAULT '{}'::text[] NOT NULL,
    auth_kind text DEFAULT 'NONE'::text NOT NULL,
    auth bytea,
    verified_at timestamp with time zone,
    CONSTRAINT endpoints_auth CHECK ((auth_kind = ANY (ARRAY['NONE'::text, 'BASIC'::text, 'OAUTH2'::text, 'MTLS'::text]))),
    CONSTRAINT endpoints_concurrency CHECK (((concurrency >= 1) AND (concurrency <= 100))),
    CONSTRAINT endpoints_connect CHECK (((connect_seconds > (0)::double precision) AND (connect_seconds <= (30)::double precision))),
    CONSTRAINT endpoints_rate CHECK (((rate_per_second >= 1) AND (rate_per_second <= 1000))),
    CONSTRAINT endpoints_total CHECK (((total_seconds > (0)::double precision) AND (total_seconds <= (60)::double precision)))
);

ALTER TABLE ONLY public.endpoints FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ethernet_bandwidths (
    supplier_id integer NOT NULL,
    product text NOT NULL,
    bandwidth text NOT NULL,
    monthly numeric(12,2) NOT NULL,
    connection numeric(12,2) NOT NULL,
    CONSTRAINT ethernet_bandwidths_bandwidth_check CHECK ((bandwidth ~ '^[1-9][0-9]{0,3}[MG][1-9][0-9]{0,3}[MG]$'::text)),
    CONSTRAINT ethernet_bandwidths_connection_check CHECK (((connection >= (0)::numeric) AND (connection <= (100000)::numeric))),
    CONSTRAINT ethernet_bandwidths_monthly_check CHECK (((monthly >= (0)::numeric) AND (monthly <= (100000)::numeric)))
);

CREATE TABLE public.ethernet_circuit_sites (
    tenant_id integer NOT NULL,
    service_id text NOT NULL,
    place smallint NOT NULL,
    handover text NOT NULL,
    outer_vlan smallint NOT NULL,
    inner_vlan smallint NOT NULL,
    released_at timestamp with time zone,
    name text NOT NULL,
    role text NOT NULL,
    postcode text NOT NULL,
    address jsonb NOT NULL,
    CONSTRAINT ethernet_circuit_sites_inner_vlan_check CHECK (((inner_vlan >= 2) AND (inner_vlan <= 4094))),
    CONSTRAINT ethernet_circuit_sites_outer_vlan_check CHECK (((outer_vlan >= 2) AND (outer_vlan <= 4094))),
    CONSTRAINT ethernet_circuit_sites_place_check CHECK ((place >= 0))
);

ALTER TABLE ONLY public.ethernet_circuit_sites FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ethernet_circuits (
    tenant_id integer NOT NULL,
    service_id text NOT NULL,
    supplier_id integer NOT NULL,
    circuit_reference text NOT NULL,
    order_key bigint,
    place smallint NOT NULL,
    product text NOT NULL,
    bandwidth text NOT NULL,
    months smallint NOT NULL,
    monthly numeric(12,2) NOT NULL,
    state text NOT NULL,
    since timestamp with time zone,
    term_from date,
    ceased_at timestamp with time zone,
    CONSTRAINT ethernet_circuits_bandwidth_check CHECK ((bandwidth ~ '^[1-9][0-9]{0,3}[MG][1-9][0-9]{0,3}[MG]$'::text)),
    CONSTRAINT ethernet_circuits_check CHECK (((state = 'ACTIVE'::text) <= (num_nulls(since, term_from) = 0))),
    CONSTRAINT ethernet_circuits_check1 CHECK (((ceased_at IS NOT NULL) <= (state = 'CEASED'::text))),
    CONSTRAINT ethernet_circuits_monthly_check CHECK ((monthly >= (0)::numeric)),
    CONSTRAINT ethernet_circuits_months_check CHECK (((months >= 1) AND (months <= 120))),
    CONSTRAINT ethernet_circuits_place_check CHECK ((place >= 0)),
    CONSTRAINT ethernet_circuits_state_check CHECK ((state = ANY (ARRAY['ALLOCATED'::text, 'ACTIVE'::text, 'CEASED'::text])))
);

ALTER TABLE ONLY public.ethernet_circuits FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ethernet_distances (
    supplier_id integer NOT NULL,
    from_metres integer NOT NULL,
    monthly numeric(12,2) NOT NULL,
    CONSTRAINT ethernet_distances_from_metres_check CHECK (((from_metres >= 0) AND (from_metres <= 2000000))),
    CONSTRAINT ethernet_distances_monthly_check CHECK (((monthly >= (0)::numeric) AND (monthly <= (100000)::numeric)))
);

CREATE TABLE public.ethernet_orders (
    tenant_id integer NOT NULL,
    order_key bigint NOT NULL,
    supplier_id integer NOT NULL,
    supplier_quote_id text NOT NULL,
    sites jsonb NOT NULL,
    items jsonb NOT NULL
);

ALTER TABLE ONLY public.ethernet_orders FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ethernet_price_lists (
    supplier_id integer NOT NULL,
    quote_prefix text NOT NULL,
    last_quote_number bigint DEFAULT 0 NOT NULL,
    validity_days smallint NOT NULL,
    included_construction numeric(12,2) NOT NULL,
    lead_days smallint NOT NULL,
    survey_lead_days smallint NOT NULL,
    civils_lead_days smallint NOT NULL,
    updated_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    cease_notice_days smallint DEFAULT 30 NOT NULL,
    CONSTRAINT ethernet_price_lists_cease_notice_days_check CHECK (((cease_notice_days >= 0) AND (cease_notice_days <= 365))),
    CONSTRAINT ethernet_price_lists_check CHECK (((survey_lead_days >= lead_days) AND (survey_lead_days <= 500))),
    CONSTRAINT ethernet_price_lists_check1 CHECK (((civils_lead_days >= survey_lead_days) AND (civils_lead_days <= 500))),
    CONSTRAINT ethernet_price_lists_included_construction_check CHECK (((included_construction >= (0)::numeric) AND (included_construction <= (1000000)::numeric))),
    CONSTRAINT ethernet_price_lists_last_quote_number_check CHECK ((last_quote_number >= 0)),
    CONSTRAINT ethernet_price_lists_lead_days_check CHECK (((lead_days >= 0) AND (lead_days <= 500))),
    CONSTRAINT ethernet_price_lists_quote_prefix_check CHECK ((quote_prefix ~ '^[A-Z0-9_-]{1,40}$'::text)),
    CONSTRAINT ethernet_price_lists_validity_days_check CHECK (((validity_days >= 1) AND (validity_days <= 365)))
);

CREATE TABLE public.ethernet_products (
    supplier_id integer NOT NULL,
    product text NOT NULL,
    name text NOT NULL,
    roles text NOT NULL,
    CONSTRAINT ethernet_products_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT ethernet_products_product_check CHECK ((product ~ '^[A-Za-z0-9_-]{1,50}$'::text)),
    CONSTRAINT ethernet_products_roles_check CHECK ((roles = ANY (ARRAY['ENDS'::text, 'ANY'::text])))
);

CREATE TABLE public.ethernet_sites (
    kind text NOT NULL,
    identifier text NOT NULL,
    name text NOT NULL,
    postcode text NOT NULL,
    easting integer NOT NULL,
    northing integer NOT NULL,
    work text NOT NULL,
    construction numeric(12,2),
    greatest_bearer text,
    validity_days smallint,
    CONSTRAINT ethernet_sites_check CHECK (((construction IS NOT NULL) = (work = 'CIVILS'::text))),
    CONSTRAINT ethernet_sites_construction_check CHECK (((construction >= (0)::numeric) AND (construction <= (1000000)::numeric))),
    CONSTRAINT ethernet_sites_easting_check CHECK (((easting >= 0) AND (easting <= 700000))),
    CONSTRAINT ethernet_sites_greatest_bearer_check CHECK ((greatest_bearer ~ '^[1-9][0-9]{0,3}[MG]$'::text)),
    CONSTRAINT ethernet_sites_identifier_check CHECK ((identifier ~ '^[A-Z0-9]{1,50}$'::text)),
    CONSTRAINT ethernet_sites_kind_check CHECK ((kind = ANY (ARRAY['UPRN'::text, 'NAD'::text]))),
    CONSTRAINT ethernet_sites_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT ethernet_sites_northing_check CHECK (((northing >= 0) AND (northing <= 1300000))),
    CONSTRAINT ethernet_sites_postcode_check CHECK ((postcode ~ '^[A-Z0-9 ]{5,8}$'::text)),
    CONSTRAINT ethernet_sites_validity_days_check CHECK (((validity_days >= 1) AND (validity_days <= 365))),
    CONSTRAINT ethernet_sites_work_check CHECK ((work = ANY (ARRAY['NONE'::text, 'SURVEY'::text, 'CIVILS'::text, 'UNKNOWN'::text])))
);

CREATE TABLE public.ethernet_terms (
    supplier_id integer NOT NULL,
    months smallint NOT NULL,
    percent numeric(5,2) NOT NULL,
    CONSTRAINT ethernet_terms_months_check CHECK (((months >= 1) AND (months <= 120))),
    CONSTRAINT ethernet_terms_percent_check CHECK (((percent > (0)::numeric) AND (percent <= (100)::numeric)))
);

CREATE TABLE public.expectations (
    supplier_id integer,
    status text NOT NULL,
    span integer,
    unit text NOT NULL,
    days_without_target integer,
    who text NOT NULL,
    text text NOT NULL,
    CONSTRAINT expectations_check CHECK (((days_without_target IS NULL) OR (unit = 'WORKING_DAYS_AFTER_TARGET'::text))),
    CONSTRAINT expectations_days_without_target_check CHECK (((days_without_target >= 0) AND (days_without_target <= 1000))),
    CONSTRAINT expectations_span_check CHECK (((span >= 0) AND (span <= 10000))),
    CONSTRAINT expectations_status_check CHECK ((status = ANY (ARRAY['SENT_TO_SUPPLIER'::text, 'ACKNOWLEDGED'::text, 'IN_PROGRESS'::text, 'PENDING'::text, 'HELD'::text, 'PENDING_AMENDMENT'::text, 'PENDING_CANCELLATION'::text]))),
    CONSTRAINT expectations_unit_check CHECK ((unit = ANY (ARRAY['WORKING_HOURS'::text, 'WORKING_DAYS'::text, 'WORKING_DAYS_AFTER_TARGET'::text]))),
    CONSTRAINT expectations_who_check CHECK ((who = ANY (ARRAY['SUPPLIER'::text, 'TENANT'::text, 'OPERATOR'::text])))
);

CREATE TABLE public.feed (
    tenant_id integer NOT NULL,
    "position" bigint NOT NULL,
    type text NOT NULL,
    order_key bigint,
    sequence_number integer,
    appointment_id bigint,
    appointment_state text,
    at timestamp with time zone NOT NULL,
    skipped_at_endpoint uuid,
    CONSTRAINT feed_appointment_state_check CHECK ((appointment_state = ANY (ARRAY['EXPIRED'::text, 'WITHDRAWN'::text]))),
    CONSTRAINT feed_check CHECK (((type = ANY (ARRAY['KCI'::text, 'SKIPPED'::text])) = (sequence_number IS NOT NULL))),
    CONSTRAINT feed_check1 CHECK (((type = 'APPOINTMENT'::text) = ((appointment_id IS NOT NULL) AND (appointment_state IS NOT NULL)))),
    CONSTRAINT feed_skipped CHECK (((type = 'SKIPPED'::text) = (skipped_at_endpoint IS NOT NULL))),
    CONSTRAINT feed_type_check CHECK ((type = ANY (ARRAY['KCI'::text, 'APPOINTMENT'::text, 'SKIPPED'::text])))
);

ALTER TABLE ONLY public.feed FORCE ROW LEVEL SECURITY;

CREATE TABLE public.feed_heads (
    tenant_id integer NOT NULL,
    "position" bigint NOT NULL
)
WITH (fillfactor='20');

ALTER TABLE ONLY public.feed_heads FORCE ROW LEVEL SECURITY;

CREATE TABLE public.gateway_numbers (
    tenant_id integer NOT NULL,
    kind text NOT NULL,
    last_number bigint NOT NULL,
    CONSTRAINT gateway_numbers_kind_check CHECK ((kind = ANY (ARRAY['APPOINTMENT'::text, 'ORDER'::text, 'AMENDMENT'::text, 'CANCELLATION'::text])))
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.gateway_numbers FORCE ROW LEVEL SECURITY;

CREATE TABLE public.handovers (
    tenant_id integer NOT NULL,
    area text NOT NULL,
    enni_id text NOT NULL,
    site_name text,
    site_location text,
    outer_vlan smallint NOT NULL,
    CONSTRAINT handovers_outer_vlan_check CHECK (((outer_vlan >= 2) AND (outer_vlan <= 4094)))
);

ALTER TABLE ONLY public.handovers FORCE ROW LEVEL SECURITY;

CREATE TABLE public.kci_skips (
    tenant_id integer NOT NULL,
    endpoint_id uuid NOT NULL,
    order_key bigint NOT NULL,
    sequence_number integer NOT NULL,
    skipped_by text NOT NULL,
    because text NOT NULL,
    asked_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    done_at timestamp with time zone
);

ALTER TABLE ONLY public.kci_skips FORCE ROW LEVEL SECURITY;

CREATE TABLE public.kcis (
    tenant_id integer NOT NULL,
    order_key bigint NOT NULL,
    sequence_number integer NOT NULL,
    id uuid NOT NULL,
    reason text NOT NULL,
    status text NOT NULL,
    facts jsonb NOT NULL,
    issued_at timestamp with time zone,
    received_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT kcis_sequence_number_check CHECK ((sequence_number >= 1))
);

ALTER TABLE ONLY public.kcis FORCE ROW LEVEL SECURITY;

CREATE TABLE public.lanes (
    key text NOT NULL,
    kind text NOT NULL,
    for_tenant integer,
    subject jsonb DEFAULT '{}'::jsonb NOT NULL,
    due_at timestamp with time zone NOT NULL,
    leased_until timestamp with time zone,
    owner text,
    generation bigint DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_enqueued bigint NOT NULL,
    last_done bigint NOT NULL,
    parked_reason text,
    share text,
    held boolean DEFAULT false NOT NULL,
    CONSTRAINT lanes_check CHECK ((last_done <= last_enqueued)),
    CONSTRAINT lanes_check1 CHECK (((leased_until IS NULL) = (owner IS NULL)))
)
WITH (fillfactor='50');

CREATE TABLE public.ont_ports (
    ont_reference text NOT NULL,
    port_number smallint NOT NULL,
    description text DEFAULT 'Data'::text NOT NULL,
    status text NOT NULL,
    holder integer,
    service_id text,
    stopped_at timestamp with time zone,
    CONSTRAINT ont_ports_check CHECK (((status = ANY (ARRAY['RESERVED'::text, 'ACTIVE'::text])) = (holder IS NOT NULL))),
    CONSTRAINT ont_ports_status_check CHECK ((status = ANY (ARRAY['FREE'::text, 'RESERVED'::text, 'ACTIVE'::text, 'STOPPED'::text])))
);

CREATE TABLE public.onts (
    ont_reference text NOT NULL,
    uprn bigint NOT NULL,
    line_id text NOT NULL,
    serial_number text NOT NULL,
    manufacturer text NOT NULL,
    floor text,
    room text,
    "position" text,
    line_characteristics jsonb DEFAULT '[]'::jsonb NOT NULL
);

CREATE TABLE public.operator_tokens (
    token_hash bytea NOT NULL,
    name text NOT NULL,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.order_changes (
    tenant_id integer NOT NULL,
    change_key bigint DEFAULT nextval('public.change_keys'::regclass) NOT NULL,
    kind text NOT NULL,
    id bigint NOT NULL,
    door text NOT NULL,
    order_key bigint NOT NULL,
    number integer NOT NULL,
    status text NOT NULL,
    asked jsonb DEFAULT '{}'::jsonb NOT NULL,
    reason_code text,
    text text,
    reservation_id bigint,
    supplier_reference text,
    sent_id bigint,
    answer text,
    play jsonb,
    body_hash bytea NOT NULL,
    request_id text NOT NULL,
    conversation_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT order_changes_check CHECK (((kind = 'CANCELLATION'::text) = (reason_code IS NOT NULL))),
    CONSTRAINT order_changes_check1 CHECK (((status = ANY (ARRAY['FAILED_TO_SEND'::text, 'REJECTED'::text, 'COMPLETED'::text])) = (decided_at IS NOT NULL))),
    CONSTRAINT order_changes_door_check CHECK ((door = ANY (ARRAY['WHOLESALE'::text, 'TENANT'::text]))),
    CONSTRAINT order_changes_id_check CHECK (((id >= 1) AND (id <= '9007199254740991'::bigint))),
    CONSTRAINT order_changes_kind_check CHECK ((kind = ANY (ARRAY['AMENDMENT'::text, 'CANCELLATION'::text]))),
    CONSTRAINT order_changes_number_check CHECK ((number >= 1)),
    CONSTRAINT order_changes_status_check CHECK ((status = ANY (ARRAY['RECEIVED_BY_GATEWAY'::text, 'PENDING'::text, 'FAILED_TO_SEND'::text, 'REJECTED'::text, 'COMPLETED'::text])))
);

ALTER TABLE ONLY public.order_changes FORCE ROW LEVEL SECURITY;

CREATE TABLE public.order_dates (
    tenant_id integer NOT NULL,
    order_key bigint NOT NULL,
    move integer NOT NULL,
    which text NOT NULL,
    moved_from timestamp with time zone,
    moved_to timestamp with time zone,
    caused_by text NOT NULL,
    problem_code text,
    at timestamp with time zone NOT NULL,
    CONSTRAINT order_dates_caused_by_check CHECK ((caused_by = ANY (ARRAY['NETWORK'::text, 'CUSTOMER'::text, 'TENANT'::text]))),
    CONSTRAINT order_dates_which_check CHECK ((which = ANY (ARRAY['COMMITTED'::text, 'TARGET'::text])))
);

ALTER TABLE ONLY public.order_dates FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.order_keys
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.order_waits (
    tenant_id integer NOT NULL,
    order_key bigint NOT NULL,
    watched boolean DEFAULT true NOT NULL,
    agreed_hours jsonb DEFAULT '{}'::jsonb NOT NULL,
    since timestamp with time zone,
    after text,
    due_at timestamp with time zone,
    warned_at timestamp with time zone
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.order_waits FORCE ROW LEVEL SECURITY;

CREATE TABLE public.orders (
    tenant_id integer NOT NULL,
    order_key bigint DEFAULT nextval('public.order_keys'::regclass) NOT NULL,
    id bigint NOT NULL,
    door text NOT NULL,
    supplier_id integer NOT NULL,
    order_type text NOT NULL,
    status text NOT NULL,
    returns_to text,
    uprn bigint,
    address jsonb NOT NULL,
    service text NOT NULL,
    characteristics jsonb NOT NULL,
    primary_contact jsonb,
    secondary_contact jsonb,
    engineer_tasks jsonb,
    hazards text,
    on_site_restrictions text,
    notes text,
    requested_completion_date date,
    reservation_id bigint,
    supplier_reference text,
    committed_at timestamp with time zone,
    target_at timestamp with time zone,
    kci_count integer DEFAULT 0 NOT NULL,
    body_hash bytea NOT NULL,
    request_id text NOT NULL,
    conversation_id text NOT NULL,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    updated_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    service_name text,
    service_id text,
    beneath text,
    changes integer DEFAULT 0 NOT NULL,
    cease_reason text,
    requested_cease_date timestamp with time zone,
    service_type text DEFAULT 'BROADBAND'::text NOT NULL,
    CONSTRAINT orders_beneath CHECK ((beneath = ANY (ARRAY['SENT_TO_SUPPLIER'::text, 'ACKNOWLEDGED'::text, 'IN_PROGRESS'::text, 'PENDING'::text, 'HELD'::text]))),
    CONSTRAINT orders_beneath_a_change CHECK (((status = ANY (ARRAY['PENDING_AMENDMENT'::text, 'PENDING_CANCELLATION'::text])) = (beneath IS NOT NULL))),
    CONSTRAINT orders_beneath_returns CHECK (((beneath <> ALL (ARRAY['PENDING'::text, 'HELD'::text])) OR (returns_to IS NOT NULL))),
    CONSTRAINT orders_check CHECK (((status = ANY (ARRAY['PENDING'::text, 'HELD'::text])) <= (returns_to IS NOT NULL))),
    CONSTRAINT orders_door_check CHECK ((door = ANY (ARRAY['WHOLESALE'::text, 'TENANT'::text]))),
    CONSTRAINT orders_id_check CHECK (((id >= 1) AND (id <= '9007199254740991'::bigint))),
    CONSTRAINT orders_returns_to_check CHECK ((returns_to = ANY (ARRAY['SENT_TO_SUPPLIER'::text, 'ACKNOWLEDGED'::text, 'IN_PROGRESS'::text, 'HELD'::text]))),
    CONSTRAINT orders_service_type_check CHECK ((service_type = ANY (ARRAY['BROADBAND'::text, 'ETHERNET'::text]))),
    CONSTRAINT orders_status_check CHECK ((status = ANY (ARRAY['RECEIVED_BY_GATEWAY'::text, 'SENT_TO_SUPPLIER'::text, 'FAILED_TO_SEND'::text, 'ACKNOWLEDGED'::text, 'REJECTED'::text, 'IN_PROGRESS'::text, 'PENDING'::text, 'HELD'::text, 'PENDING_AMENDMENT'::text, 'PENDING_CANCELLATION'::text, 'CANCELLED'::text, 'FAILED'::text, 'PARTIAL'::text, 'COMPLETED'::text])))
);

ALTER TABLE ONLY public.orders FORCE ROW LEVEL SECURITY;

CREATE TABLE public.premises (
    uprn bigint NOT NULL,
    area text NOT NULL,
    profile_id integer,
    readiness text NOT NULL,
    readiness_text text,
    ready_date date,
    installation_type text,
    unlimited_lines boolean DEFAULT false NOT NULL,
    one_open_order boolean DEFAULT false NOT NULL,
    constraints jsonb DEFAULT '[]'::jsonb NOT NULL,
    line_characteristics jsonb DEFAULT '[]'::jsonb NOT NULL,
    address jsonb NOT NULL,
    CONSTRAINT premises_check CHECK (((readiness <> 'READY'::text) OR (profile_id IS NOT NULL))),
    CONSTRAINT premises_readiness_check CHECK ((readiness = ANY (ARRAY['READY'::text, 'OUT_OF_FOOTPRINT'::text, 'PLANNED'::text, 'PARENT_ADDRESS'::text, 'NO_CAPACITY'::text, 'WAYLEAVE_REFUSED'::text]))),
    CONSTRAINT premises_uprn_check CHECK (((uprn >= 1) AND (uprn <= '999999999999'::bigint)))
);

CREATE TABLE public.profiles (
    profile_id integer NOT NULL,
    code text NOT NULL,
    service text NOT NULL,
    characteristics jsonb NOT NULL,
    ont_ports smallint DEFAULT 4 NOT NULL,
    CONSTRAINT profiles_ont_ports_check CHECK (((ont_ports >= 1) AND (ont_ports <= 16)))
);

ALTER TABLE public.profiles ALTER COLUMN profile_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.profiles_profile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.quote_items (
    tenant_id integer NOT NULL,
    quote_id uuid NOT NULL,
    item_id bigint NOT NULL,
    alternate smallint NOT NULL,
    place smallint NOT NULL,
    supplier_id integer NOT NULL,
    supplier_quote_id text,
    sites jsonb NOT NULL,
    contract jsonb NOT NULL,
    services jsonb NOT NULL,
    status text NOT NULL,
    level text,
    months smallint,
    one_off numeric(12,2),
    monthly numeric(12,2),
    one_off_charges jsonb DEFAULT '[]'::jsonb NOT NULL,
    recurring_charges jsonb DEFAULT '[]'::jsonb NOT NULL,
    construction jsonb DEFAULT '[]'::jsonb NOT NULL,
    lead_days smallint,
    valid_until timestamp with time zone,
    reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    notes jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT quote_items_alternate_check CHECK ((alternate >= 0)),
    CONSTRAINT quote_items_check CHECK (((status = 'QUOTED'::text) = (num_nulls(supplier_quote_id, level, months, one_off, monthly, valid_until) = 0))),
    CONSTRAINT quote_items_check1 CHECK (((status = 'QUOTED'::text) OR (num_nonnulls(supplier_quote_id, level, one_off, monthly, valid_until) = 0))),
    CONSTRAINT quote_items_check2 CHECK (((alternate = 0) OR (status = 'QUOTED'::text))),
    CONSTRAINT quote_items_item_id_check CHECK (((item_id >= 0) AND (item_id <= '9007199254740991'::bigint))),
    CONSTRAINT quote_items_lead_days_check CHECK ((lead_days >= 0)),
    CONSTRAINT quote_items_level_check CHECK ((level = ANY (ARRAY['BUDGETARY'::text, 'FIRM_SUBJECT_TO_SURVEY'::text, 'FIRM'::text]))),
    CONSTRAINT quote_items_monthly_check CHECK ((monthly >= (0)::numeric)),
    CONSTRAINT quote_items_months_check CHECK (((months >= 1) AND (months <= 120))),
    CONSTRAINT quote_items_one_off_check CHECK ((one_off >= (0)::numeric)),
    CONSTRAINT quote_items_status_check CHECK ((status = ANY (ARRAY['QUOTED'::text, 'REJECTED'::text, 'FAILED'::text]))),
    CONSTRAINT quote_items_supplier_quote_id_check CHECK (((length(supplier_quote_id) >= 1) AND (length(supplier_quote_id) <= 64)))
);

ALTER TABLE ONLY public.quote_items FORCE ROW LEVEL SECURITY;

CREATE TABLE public.quotes (
    tenant_id integer NOT NULL,
    quote_id uuid NOT NULL,
    external_identifier text NOT NULL,
    request_id text NOT NULL,
    conversation_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    caller_id bigint,
    body_hash bytea,
    CONSTRAINT quotes_caller_id_check CHECK (((caller_id >= 1) AND (caller_id <= '9007199254740991'::bigint))),
    CONSTRAINT quotes_external_identifier_check CHECK ((length(external_identifier) <= 64)),
    CONSTRAINT quotes_numbered_by_callers CHECK (((caller_id IS NULL) = (body_hash IS NULL)))
);

ALTER TABLE ONLY public.quotes FORCE ROW LEVEL SECURITY;

CREATE TABLE public.replay_items (
    tenant_id integer NOT NULL,
    replay_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    order_key bigint NOT NULL,
    sequence_number integer NOT NULL,
    "position" integer,
    done_at timestamp with time zone,
    CONSTRAINT replay_items_position_check CHECK (("position" >= 1))
);

ALTER TABLE ONLY public.replay_items FORCE ROW LEVEL SECURITY;

CREATE TABLE public.replays (
    tenant_id integer NOT NULL,
    replay_id uuid NOT NULL,
    asked_hash bytea NOT NULL,
    asked jsonb NOT NULL,
    asked_by text NOT NULL,
    kci_count integer NOT NULL,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL
);

ALTER TABLE ONLY public.replays FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.reservation_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.reservations (
    tenant_id integer NOT NULL,
    id bigint NOT NULL,
    slot_id bigint,
    uprn bigint,
    service text NOT NULL,
    purpose text NOT NULL,
    state text NOT NULL,
    reference text NOT NULL,
    expires_at timestamp with time zone,
    order_key bigint,
    body_hash bytea NOT NULL,
    address jsonb NOT NULL,
    notice text,
    conversation_id text NOT NULL,
    request_id text NOT NULL,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    ended_at timestamp with time zone,
    supplier_id integer DEFAULT 1 NOT NULL,
    service_name text,
    service_id text,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    classification text,
    standard boolean,
    sent_id bigint,
    CONSTRAINT reservations_check CHECK (((state <> ALL (ARRAY['ATTACHED'::text, 'CONFIRMED'::text, 'FULFILLED'::text])) OR (order_key IS NOT NULL))),
    CONSTRAINT reservations_have_times CHECK (((slot_id IS NOT NULL) OR ((starts_at IS NOT NULL) AND (ends_at IS NOT NULL)))),
    CONSTRAINT reservations_id_check CHECK (((id >= 1) AND (id <= '9007199254740991'::bigint))),
    CONSTRAINT reservations_proposed CHECK (((state <> 'PROPOSED'::text) OR (order_key IS NOT NULL))),
    CONSTRAINT reservations_purpose_check CHECK ((purpose = ANY (ARRAY['PROVIDE'::text, 'REPAIR'::text, 'MODIFY'::text]))),
    CONSTRAINT reservations_state_check CHECK ((state = ANY (ARRAY['REQUESTED'::text, 'RESERVED'::text, 'PROPOSED'::text, 'ATTACHED'::text, 'CONFIRMED'::text, 'FULFILLED'::text, 'EXPIRED'::text, 'RELEASED'::text, 'REPLACED'::text, 'WITHDRAWN'::text, 'FAILED'::text]))),
    CONSTRAINT reservations_unordered CHECK (((state <> ALL (ARRAY['RESERVED'::text, 'REQUESTED'::text])) OR (order_key IS NULL)))
);

ALTER TABLE ONLY public.reservations FORCE ROW LEVEL SECURITY;

CREATE TABLE public.routes (
    tenant_id integer NOT NULL,
    supplier_id integer NOT NULL,
    account_id integer,
    preference integer DEFAULT 100 NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT routes_preference_check CHECK (((preference >= 1) AND (preference <= 1000)))
);

ALTER TABLE ONLY public.routes FORCE ROW LEVEL SECURITY;

CREATE TABLE public.service_specifications (
    service text NOT NULL,
    name text NOT NULL,
    order_characteristics jsonb DEFAULT '[]'::jsonb NOT NULL
);

CREATE TABLE public.services (
    tenant_id integer NOT NULL,
    service_id text NOT NULL,
    order_key bigint,
    uprn bigint,
    service text NOT NULL,
    enni_id text,
    outer_vlan smallint,
    inner_vlan smallint,
    ont_reference text,
    port_number smallint,
    state text NOT NULL,
    since timestamp with time zone,
    supplier_id integer DEFAULT 1 NOT NULL,
    order_id bigint,
    address jsonb,
    characteristics jsonb DEFAULT '[]'::jsonb NOT NULL,
    ceased_at timestamp with time zone,
    yields boolean DEFAULT false NOT NULL,
    CONSTRAINT services_inner_vlan_check CHECK (((inner_vlan >= 2) AND (inner_vlan <= 4094))),
    CONSTRAINT services_state_check CHECK ((state = ANY (ARRAY['ALLOCATED'::text, 'ACTIVE'::text, 'CEASED'::text])))
);

ALTER TABLE ONLY public.services FORCE ROW LEVEL SECURITY;

CREATE TABLE public.signing_keys (
    kid text NOT NULL,
    private_key bytea NOT NULL,
    public_key jsonb NOT NULL,
    signs_from timestamp with time zone NOT NULL,
    verifies_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.slot_books (
    book_id integer NOT NULL,
    area text NOT NULL,
    service text NOT NULL,
    purpose text NOT NULL,
    lead_days smallint NOT NULL,
    open_days smallint DEFAULT 90 NOT NULL,
    hold_rule text DEFAULT 'EVE'::text NOT NULL,
    hold_minutes integer,
    opened_until date,
    CONSTRAINT slot_books_check CHECK (((hold_rule = 'DURATION'::text) = (hold_minutes IS NOT NULL))),
    CONSTRAINT slot_books_hold_minutes_check CHECK ((hold_minutes > 0)),
    CONSTRAINT slot_books_hold_rule_check CHECK ((hold_rule = ANY (ARRAY['EVE'::text, 'DURATION'::text, 'NONE'::text]))),
    CONSTRAINT slot_books_lead_days_check CHECK ((lead_days >= 0)),
    CONSTRAINT slot_books_open_days_check CHECK (((open_days >= 1) AND (open_days <= 400))),
    CONSTRAINT slot_books_purpose_check CHECK ((purpose = ANY (ARRAY['PROVIDE'::text, 'REPAIR'::text, 'MODIFY'::text])))
);

ALTER TABLE public.slot_books ALTER COLUMN book_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.slot_books_book_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.slot_patterns (
    book_id integer NOT NULL,
    classification text NOT NULL,
    starts time without time zone NOT NULL,
    ends time without time zone NOT NULL,
    weekdays smallint[] NOT NULL,
    capacity integer NOT NULL,
    standard boolean NOT NULL,
    CONSTRAINT slot_patterns_capacity_check CHECK ((capacity > 0)),
    CONSTRAINT slot_patterns_check CHECK ((starts < ends))
);

CREATE TABLE public.slots (
    slot_id bigint NOT NULL,
    book_id integer NOT NULL,
    local_date date NOT NULL,
    classification text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    hold_until timestamp with time zone NOT NULL,
    book_by date NOT NULL,
    standard boolean NOT NULL,
    closed boolean DEFAULT false NOT NULL,
    capacity integer NOT NULL,
    booked integer DEFAULT 0 NOT NULL,
    CONSTRAINT slots_booked_check CHECK ((booked >= 0)),
    CONSTRAINT slots_capacity_check CHECK ((capacity >= 0)),
    CONSTRAINT slots_check CHECK ((starts_at < ends_at)),
    CONSTRAINT slots_check1 CHECK ((classification = ANY (
CASE
    WHEN (EXTRACT(isodow FROM local_date) = (6)::numeric) THEN ARRAY['SATURDAY'::text, 'SATURDAY_AM'::text, 'SATURDAY_PM'::text, 'SATURDAY_EARLY'::text, 'SATURDAY_EVENING'::text]
    WHEN (EXTRACT(isodow FROM local_date) = (7)::numeric) THEN ARRAY['SUNDAY'::text, 'SUNDAY_AM'::text, 'SUNDAY_PM'::text, 'SUNDAY_EARLY'::text, 'SUNDAY_EVENING'::text]
    ELSE ARRAY['WEEKDAY'::text, 'WEEKDAY_AM'::text, 'WEEKDAY_PM'::text, 'WEEKDAY_EARLY'::text, 'WEEKDAY_EVENING'::text]
END))),
    CONSTRAINT slots_never_over_capacity CHECK ((booked <= capacity))
)
WITH (fillfactor='80');

ALTER TABLE public.slots ALTER COLUMN slot_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.slots_slot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.story_runs (
    tenant_id integer NOT NULL,
    order_key bigint NOT NULL,
    story text NOT NULL,
    problem_code text,
    kci_delay_seconds integer,
    step integer DEFAULT 0 NOT NULL,
    memory jsonb DEFAULT '{}'::jsonb NOT NULL,
    started_at timestamp with time zone DEFAULT public.clock() NOT NULL
);

ALTER TABLE ONLY public.story_runs FORCE ROW LEVEL SECURITY;

CREATE TABLE public.supplier_accounts (
    account_id integer NOT NULL,
    supplier_id integer NOT NULL,
    name text NOT NULL,
    tenant_name text NOT NULL,
    base_url text NOT NULL,
    prefix text NOT NULL,
    auth_kind text NOT NULL,
    auth bytea NOT NULL,
    connect_seconds real DEFAULT 5 NOT NULL,
    total_seconds real DEFAULT 30 NOT NULL,
    last_number bigint DEFAULT 0 NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    CONSTRAINT supplier_accounts_auth_kind_check CHECK ((auth_kind = ANY (ARRAY['OAUTH2'::text, 'BASIC'::text, 'MTLS'::text]))),
    CONSTRAINT supplier_accounts_connect_seconds_check CHECK (((connect_seconds > (0)::double precision) AND (connect_seconds <= (30)::double precision))),
    CONSTRAINT supplier_accounts_last_number_check CHECK ((last_number >= 0)),
    CONSTRAINT supplier_accounts_name_check CHECK ((name ~ '^\w{1,50}$'::text)),
    CONSTRAINT supplier_accounts_tenant_name_check CHECK ((tenant_name ~ '^\w{1,50}$'::text)),
    CONSTRAINT supplier_accounts_total_seconds_check CHECK (((total_seconds > (0)::double precision) AND (total_seconds <= (120)::double precision)))
);

ALTER TABLE public.supplier_accounts ALTER COLUMN account_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.supplier_accounts_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.supplier_calls (
    tenant_id integer NOT NULL,
    call_id bigint NOT NULL,
    supplier_id integer NOT NULL,
    account_id integer NOT NULL,
    kind text NOT NULL,
    sent_id bigint NOT NULL,
    order_key bigint,
    change_key bigint,
    reservation_id bigint,
    state text NOT NULL,
    outcome text,
    request jsonb NOT NULL,
    http_status smallint,
    answer jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    settled_at timestamp with time zone,
    CONSTRAINT supplier_calls_kind_check CHECK ((kind = ANY (ARRAY['BOOK'::text, 'ORDER'::text, 'AMEND'::text, 'CANCEL'::text]))),
    CONSTRAINT supplier_calls_state_check CHECK ((state = ANY (ARRAY['INTENT'::text, 'SENT'::text, 'CONFIRMED'::text, 'REJECTED'::text, 'UNKNOWN'::text, 'RECONCILED'::text])))
);

ALTER TABLE ONLY public.supplier_calls FORCE ROW LEVEL SECURITY;

ALTER TABLE public.supplier_calls ALTER COLUMN call_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.supplier_calls_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.supplier_circuits (
    supplier_id integer NOT NULL,
    process uuid NOT NULL,
    half text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    opened_at timestamp with time zone,
    rests_until timestamp with time zone,
    failing_since timestamp with time zone,
    answered bigint NOT NULL,
    failed bigint NOT NULL,
    p50_ms real,
    p95_ms real,
    told_at timestamp with time zone NOT NULL,
    CONSTRAINT supplier_circuits_check CHECK (((opened_at IS NULL) = (rests_until IS NULL))),
    CONSTRAINT supplier_circuits_check1 CHECK (((opened_at IS NULL) OR (failing_since IS NOT NULL))),
    CONSTRAINT supplier_circuits_half_check CHECK ((half = ANY (ARRAY['WEB'::text, 'WORKER'::text])))
)
WITH (fillfactor='50');

CREATE TABLE public.supplier_health (
    supplier_id integer NOT NULL,
    last_good_at timestamp with time zone,
    last_fault_at timestamp with time zone,
    last_fault text,
    last_fault_text text
)
WITH (fillfactor='50');

CREATE TABLE public.supplier_orders (
    supplier_id integer NOT NULL,
    order_key bigint NOT NULL,
    for_tenant integer NOT NULL,
    uprn bigint,
    one_at_a_time boolean NOT NULL,
    line integer,
    supplier_reference text,
    last_applied integer DEFAULT 0 NOT NULL,
    last_given integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    account_id integer,
    sent_id bigint,
    brought text,
    ont_reference text,
    port_number smallint,
    service_id text,
    CONSTRAINT supplier_orders_line_check CHECK ((line >= 1)),
    CONSTRAINT supplier_orders_whole_port CHECK (((ont_reference IS NULL) = (port_number IS NULL)))
);

CREATE TABLE public.supplier_updates (
    tenant_id integer NOT NULL,
    supplier_id integer NOT NULL,
    id uuid NOT NULL,
    order_key bigint NOT NULL,
    sequence_number integer NOT NULL,
    reason text NOT NULL,
    raw bytea NOT NULL,
    content jsonb NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    state text NOT NULL,
    refusal text,
    applied_at timestamp with time zone,
    CONSTRAINT supplier_updates_check CHECK (((state = 'REFUSED'::text) = (refusal IS NOT NULL))),
    CONSTRAINT supplier_updates_sequence_number_check CHECK ((sequence_number >= 1)),
    CONSTRAINT supplier_updates_state_check CHECK ((state = ANY (ARRAY['RECEIVED'::text, 'APPLIED'::text, 'RECORDED'::text, 'REFUSED'::text])))
);

ALTER TABLE ONLY public.supplier_updates FORCE ROW LEVEL SECURITY;

CREATE TABLE public.suppliers (
    supplier_id integer NOT NULL,
    code text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    capabilities text[] DEFAULT ARRAY['AVAILABILITY'::text, 'APPOINTMENTS'::text, 'NEW'::text, 'START'::text, 'TRANSFER'::text, 'TAKEOVER'::text, 'SWAP'::text, 'MODIFY'::text, 'CEASE'::text, 'AMENDMENTS'::text, 'CANCELLATIONS'::text] NOT NULL,
    extensions text[] DEFAULT '{}'::text[] NOT NULL,
    replays boolean DEFAULT false NOT NULL,
    objections text DEFAULT 'NONE'::text NOT NULL,
    aborted_visit_charge numeric(10,2),
    disabled_at timestamp with time zone,
    CONSTRAINT suppliers_aborted_visit_charge CHECK ((aborted_visit_charge >= (0)::numeric)),
    CONSTRAINT suppliers_code_check CHECK ((code ~ '^\w{1,20}$'::text)),
    CONSTRAINT suppliers_kind_check CHECK ((kind = ANY (ARRAY['OWN_NETWORK'::text, 'OWN_ETHERNET'::text, 'HTTP'::text]))),
    CONSTRAINT suppliers_objections CHECK ((objections = ANY (ARRAY['NONE'::text, 'TAKEOVER'::text, 'ALL'::text])))
);

ALTER TABLE public.suppliers ALTER COLUMN supplier_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.suppliers_supplier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.switches (
    gaining_key bigint NOT NULL,
    gaining_tenant integer NOT NULL,
    kind text NOT NULL,
    losing_tenant integer NOT NULL,
    losing_service text NOT NULL,
    losing_key bigint,
    ont_reference text NOT NULL,
    port_number smallint NOT NULL,
    cuts_over_at timestamp with time zone,
    state text NOT NULL,
    CONSTRAINT switches_kind_check CHECK ((kind = ANY (ARRAY['TRANSFER'::text, 'TAKEOVER'::text]))),
    CONSTRAINT switches_state_check CHECK ((state = ANY (ARRAY['PLANNED'::text, 'TOLD'::text, 'DONE'::text, 'CALLED_OFF'::text, 'OBJECTED'::text])))
);

CREATE TABLE public.tenants (
    tenant_no integer NOT NULL,
    code text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    reads_wall_clock boolean DEFAULT true NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL,
    alarm_mail text,
    CONSTRAINT tenants_code_check CHECK ((code ~ '^\w{1,50}$'::text))
);

ALTER TABLE public.tenants ALTER COLUMN tenant_no ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tenants_tenant_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.wayleaves (
    tenant_id integer NOT NULL,
    wayleave_id uuid NOT NULL,
    order_key bigint NOT NULL,
    state text NOT NULL,
    text text,
    asked_at timestamp with time zone NOT NULL,
    answer_by timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT wayleaves_check CHECK (((state = ANY (ARRAY['AWAITING_OWNER'::text, 'AWAITING_TENANT'::text])) = (ended_at IS NULL))),
    CONSTRAINT wayleaves_check1 CHECK (((state = 'AWAITING_TENANT'::text) <= (answer_by IS NOT NULL))),
    CONSTRAINT wayleaves_state_check CHECK ((state = ANY (ARRAY['AWAITING_OWNER'::text, 'AWAITING_TENANT'::text, 'GRANTED'::text, 'REFUSED'::text, 'WITHDRAWN'::text])))
);

ALTER TABLE ONLY public.wayleaves FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.work_order_numbers
    START WITH 10000001
    INCREMENT BY 1
    MINVALUE 0
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.work_orders (
    tenant_id integer NOT NULL,
    order_key bigint NOT NULL,
    reference text NOT NULL,
    engineer_notes jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT public.clock() NOT NULL
);

ALTER TABLE ONLY public.work_orders FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY public.accepted_requests
    ADD CONSTRAINT accepted_requests_pkey PRIMARY KEY (tenant_id, route, strict, key);

ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT alarms_pkey PRIMARY KEY (alarm_id);

ALTER TABLE ONLY public.areas
    ADD CONSTRAINT areas_pkey PRIMARY KEY (area);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (audit_id);

ALTER TABLE ONLY public.business_clock
    ADD CONSTRAINT business_clock_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_pkey PRIMARY KEY (tenant_id, charge_id);

ALTER TABLE ONLY public.circuit_orders
    ADD CONSTRAINT circuit_orders_pkey PRIMARY KEY (tenant_id, order_key);

ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_pkey PRIMARY KEY (client_id, place);

ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (client_id);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (tenant_id, order_key, sequence_number, endpoint_id);

ALTER TABLE ONLY public.delivery_attempts
    ADD CONSTRAINT delivery_attempts_pkey PRIMARY KEY (tenant_id, order_key, sequence_number, endpoint_id, attempt);

ALTER TABLE ONLY public.endpoint_creations
    ADD CONSTRAINT endpoint_creations_pkey PRIMARY KEY (tenant_id, creation_id);

ALTER TABLE ONLY public.endpoint_health
    ADD CONSTRAINT endpoint_health_pkey PRIMARY KEY (tenant_id, endpoint_id);

ALTER TABLE ONLY public.endpoint_places
    ADD CONSTRAINT endpoint_places_pkey PRIMARY KEY (tenant_id, endpoint_id, kind, place);

ALTER TABLE ONLY public.endpoint_public_keys
    ADD CONSTRAINT endpoint_public_keys_pkey PRIMARY KEY (endpoint_id, secret_id);

ALTER TABLE ONLY public.endpoint_secrets
    ADD CONSTRAINT endpoint_secrets_pkey PRIMARY KEY (tenant_id, endpoint_id, secret_id);

ALTER TABLE ONLY public.endpoints
    ADD CONSTRAINT endpoints_pkey PRIMARY KEY (tenant_id, endpoint_id);

ALTER TABLE ONLY public.ethernet_bandwidths
    ADD CONSTRAINT ethernet_bandwidths_pkey PRIMARY KEY (supplier_id, product, bandwidth);

ALTER TABLE ONLY public.ethernet_circuit_sites
    ADD CONSTRAINT ethernet_circuit_sites_pkey PRIMARY KEY (tenant_id, service_id, place);

ALTER TABLE ONLY public.ethernet_circuits
    ADD CONSTRAINT ethernet_circuits_pkey PRIMARY KEY (tenant_id, service_id);

ALTER TABLE ONLY public.ethernet_circuits
    ADD CONSTRAINT ethernet_circuits_tenant_id_circuit_reference_key UNIQUE (tenant_id, circuit_reference);

ALTER TABLE ONLY public.ethernet_circuits
    ADD CONSTRAINT ethernet_circuits_tenant_id_order_key_place_key UNIQUE (tenant_id, order_key, place);

ALTER TABLE ONLY public.ethernet_distances
    ADD CONSTRAINT ethernet_distances_pkey PRIMARY KEY (supplier_id, from_metres);

ALTER TABLE ONLY public.ethernet_orders
    ADD CONSTRAINT ethernet_orders_pkey PRIMARY KEY (tenant_id, order_key);

ALTER TABLE ONLY public.ethernet_orders
    ADD CONSTRAINT ethernet_orders_tenant_id_supplier_id_supplier_quote_id_key UNIQUE (tenant_id, supplier_id, supplier_quote_id);

ALTER TABLE ONLY public.ethernet_price_lists
    ADD CONSTRAINT ethernet_price_lists_pkey PRIMARY KEY (supplier_id);

ALTER TABLE ONLY public.ethernet_products
    ADD CONSTRAINT ethernet_products_pkey PRIMARY KEY (supplier_id, product);

ALTER TABLE ONLY public.ethernet_sites
    ADD CONSTRAINT ethernet_sites_pkey PRIMARY KEY (kind, identifier);

ALTER TABLE ONLY public.ethernet_terms
    ADD CONSTRAINT ethernet_terms_pkey PRIMARY KEY (supplier_id, months);

ALTER TABLE ONLY public.expectations
    ADD CONSTRAINT expectations_supplier_id_status_key UNIQUE NULLS NOT DISTINCT (supplier_id, status);

ALTER TABLE ONLY public.feed_heads
    ADD CONSTRAINT feed_heads_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY (tenant_id, "position");

ALTER TABLE ONLY public.gateway_numbers
    ADD CONSTRAINT gateway_numbers_pkey PRIMARY KEY (tenant_id, kind);

ALTER TABLE ONLY public.handovers
    ADD CONSTRAINT handovers_pkey PRIMARY KEY (tenant_id, area);

ALTER TABLE ONLY public.kci_skips
    ADD CONSTRAINT kci_skips_pkey PRIMARY KEY (tenant_id, endpoint_id, order_key, sequence_number);

ALTER TABLE ONLY public.kcis
    ADD CONSTRAINT kcis_pkey PRIMARY KEY (tenant_id, order_key, sequence_number);

ALTER TABLE ONLY public.lanes
    ADD CONSTRAINT lanes_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.ont_ports
    ADD CONSTRAINT ont_ports_pkey PRIMARY KEY (ont_reference, port_number);

ALTER TABLE ONLY public.onts
    ADD CONSTRAINT onts_line_id_key UNIQUE (line_id);

ALTER TABLE ONLY public.onts
    ADD CONSTRAINT onts_pkey PRIMARY KEY (ont_reference);

ALTER TABLE ONLY public.operator_tokens
    ADD CONSTRAINT operator_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.order_changes
    ADD CONSTRAINT order_changes_pkey PRIMARY KEY (tenant_id, change_key);

ALTER TABLE ONLY public.order_changes
    ADD CONSTRAINT order_changes_tenant_id_kind_id_key UNIQUE (tenant_id, kind, id);

ALTER TABLE ONLY public.order_changes
    ADD CONSTRAINT order_changes_tenant_id_order_key_number_key UNIQUE (tenant_id, order_key, number);

ALTER TABLE ONLY public.order_dates
    ADD CONSTRAINT order_dates_pkey PRIMARY KEY (tenant_id, order_key, move, which);

ALTER TABLE ONLY public.order_waits
    ADD CONSTRAINT order_waits_pkey PRIMARY KEY (tenant_id, order_key);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (tenant_id, order_key);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_tenant_id_id_key UNIQUE (tenant_id, id);

ALTER TABLE ONLY public.premises
    ADD CONSTRAINT premises_pkey PRIMARY KEY (uprn);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_code_key UNIQUE (code);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (profile_id);

ALTER TABLE ONLY public.quote_items
    ADD CONSTRAINT quote_items_pkey PRIMARY KEY (tenant_id, quote_id, item_id, alternate);

ALTER TABLE ONLY public.quote_items
    ADD CONSTRAINT quote_items_tenant_id_supplier_id_supplier_quote_id_key UNIQUE (tenant_id, supplier_id, supplier_quote_id);

ALTER TABLE ONLY public.quotes
    ADD CONSTRAINT quotes_pkey PRIMARY KEY (tenant_id, quote_id);

ALTER TABLE ONLY public.replay_items
    ADD CONSTRAINT replay_items_pkey PRIMARY KEY (tenant_id, replay_id, endpoint_id, order_key, sequence_number);

ALTER TABLE ONLY public.replays
    ADD CONSTRAINT replays_pkey PRIMARY KEY (tenant_id, replay_id);

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_tenant_id_supplier_id_reference_key UNIQUE (tenant_id, supplier_id, reference);

ALTER TABLE ONLY public.routes
    ADD CONSTRAINT routes_pkey PRIMARY KEY (tenant_id, supplier_id);

ALTER TABLE ONLY public.service_specifications
    ADD CONSTRAINT service_specifications_pkey PRIMARY KEY (service);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_pkey PRIMARY KEY (tenant_id, service_id);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_tenant_id_order_key_key UNIQUE (tenant_id, order_key);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY public.slot_books
    ADD CONSTRAINT slot_books_area_service_purpose_key UNIQUE (area, service, purpose);

ALTER TABLE ONLY public.slot_books
    ADD CONSTRAINT slot_books_pkey PRIMARY KEY (book_id);

ALTER TABLE ONLY public.slot_patterns
    ADD CONSTRAINT slot_patterns_pkey PRIMARY KEY (book_id, starts, ends, weekdays);

ALTER TABLE ONLY public.slots
    ADD CONSTRAINT slots_book_id_starts_at_ends_at_key UNIQUE (book_id, starts_at, ends_at);

ALTER TABLE ONLY public.slots
    ADD CONSTRAINT slots_pkey PRIMARY KEY (slot_id);

ALTER TABLE ONLY public.story_runs
    ADD CONSTRAINT story_runs_pkey PRIMARY KEY (tenant_id, order_key);

ALTER TABLE ONLY public.supplier_accounts
    ADD CONSTRAINT supplier_accounts_pkey PRIMARY KEY (account_id);

ALTER TABLE ONLY public.supplier_accounts
    ADD CONSTRAINT supplier_accounts_supplier_id_name_key UNIQUE (supplier_id, name);

ALTER TABLE ONLY public.supplier_accounts
    ADD CONSTRAINT supplier_accounts_supplier_id_tenant_name_key UNIQUE (supplier_id, tenant_name);

ALTER TABLE ONLY public.supplier_calls
    ADD CONSTRAINT supplier_calls_pkey PRIMARY KEY (tenant_id, call_id);

ALTER TABLE ONLY public.supplier_calls
    ADD CONSTRAINT supplier_calls_tenant_id_account_id_kind_sent_id_key UNIQUE (tenant_id, account_id, kind, sent_id);

ALTER TABLE ONLY public.supplier_circuits
    ADD CONSTRAINT supplier_circuits_pkey PRIMARY KEY (supplier_id, process);

ALTER TABLE ONLY public.supplier_health
    ADD CONSTRAINT supplier_health_pkey PRIMARY KEY (supplier_id);

ALTER TABLE ONLY public.supplier_orders
    ADD CONSTRAINT supplier_orders_pkey PRIMARY KEY (supplier_id, order_key);

ALTER TABLE ONLY public.supplier_orders
    ADD CONSTRAINT supplier_orders_supplier_id_supplier_reference_key UNIQUE (supplier_id, supplier_reference);

ALTER TABLE ONLY public.supplier_updates
    ADD CONSTRAINT supplier_updates_pkey PRIMARY KEY (tenant_id, supplier_id, id);

ALTER TABLE ONLY public.suppliers
    ADD CONSTRAINT suppliers_code_key UNIQUE (code);

ALTER TABLE ONLY public.suppliers
    ADD CONSTRAINT suppliers_pkey PRIMARY KEY (supplier_id);

ALTER TABLE ONLY public.switches
    ADD CONSTRAINT switches_losing_key_key UNIQUE (losing_key);

ALTER TABLE ONLY public.switches
    ADD CONSTRAINT switches_pkey PRIMARY KEY (gaining_key);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_code_key UNIQUE (code);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (tenant_no);

ALTER TABLE ONLY public.wayleaves
    ADD CONSTRAINT wayleaves_pkey PRIMARY KEY (tenant_id, wayleave_id);

ALTER TABLE ONLY public.work_orders
    ADD CONSTRAINT work_orders_pkey PRIMARY KEY (tenant_id, order_key);

CREATE INDEX accepted_requests_by_age ON public.accepted_requests USING btree (created_at);

CREATE INDEX alarms_by_tenant ON public.alarms USING btree (about_tenant, alarm_id);

CREATE UNIQUE INDEX alarms_one_open ON public.alarms USING btree (kind, subject, about_tenant) NULLS NOT DISTINCT WHERE (cleared_at IS NULL);

CREATE INDEX audit_by_tenant ON public.audit USING btree (about_tenant, audit_id);

CREATE INDEX charges_of_order ON public.charges USING btree (tenant_id, order_key, raised_at);

CREATE UNIQUE INDEX charges_one_open ON public.charges USING btree (tenant_id, order_key) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX ethernet_circuit_sites_one_vlan ON public.ethernet_circuit_sites USING btree (tenant_id, handover, outer_vlan, inner_vlan) WHERE (released_at IS NULL);

CREATE UNIQUE INDEX kcis_by_id ON public.kcis USING btree (tenant_id, id);

CREATE INDEX lanes_due ON public.lanes USING btree (due_at, key) WHERE ((share IS NULL) AND (leased_until IS NULL) AND (last_done < last_enqueued) AND (parked_reason IS NULL) AND (NOT held));

CREATE INDEX lanes_fair ON public.lanes USING btree (share, due_at, key) WHERE ((share IS NOT NULL) AND (leased_until IS NULL) AND (last_done < last_enqueued) AND (parked_reason IS NULL) AND (NOT held));

CREATE INDEX lanes_leased ON public.lanes USING btree (leased_until) WHERE (leased_until IS NOT NULL);

CREATE INDEX lanes_waiting ON public.lanes USING btree (share, key) WHERE ((share IS NOT NULL) AND (last_done < last_enqueued));

CREATE INDEX onts_by_uprn ON public.onts USING btree (uprn);

CREATE INDEX order_changes_open ON public.order_changes USING btree (tenant_id, order_key) WHERE (status = ANY (ARRAY['RECEIVED_BY_GATEWAY'::text, 'PENDING'::text]));

CREATE INDEX orders_by_age ON public.orders USING btree (tenant_id, created_at, order_key);

CREATE INDEX orders_by_service ON public.orders USING btree (tenant_id, service_id) WHERE (service_id IS NOT NULL);

CREATE INDEX premises_by_postcode ON public.premises USING btree (upper(replace((address ->> 'postcode'::text), ' '::text, ''::text)));

CREATE INDEX quotes_by_age ON public.quotes USING btree (tenant_id, created_at, quote_id);

CREATE UNIQUE INDEX quotes_by_caller ON public.quotes USING btree (tenant_id, caller_id);

CREATE UNIQUE INDEX replay_items_by_position ON public.replay_items USING btree (tenant_id, replay_id, endpoint_id, order_key, "position");

CREATE INDEX replay_items_open ON public.replay_items USING btree (tenant_id, endpoint_id, order_key, sequence_number) WHERE (done_at IS NULL);

CREATE INDEX reservations_by_slot ON public.reservations USING btree (slot_id);

CREATE UNIQUE INDEX reservations_one_live_per_order ON public.reservations USING btree (tenant_id, order_key) WHERE (state = ANY (ARRAY['ATTACHED'::text, 'CONFIRMED'::text, 'FULFILLED'::text]));

CREATE INDEX reservations_unconfirmed ON public.reservations USING btree (tenant_id) WHERE (state = 'RESERVED'::text);

CREATE UNIQUE INDEX services_one_a_port ON public.services USING btree (ont_reference, port_number) WHERE ((state = 'ACTIVE'::text) AND (NOT yields));

CREATE UNIQUE INDEX services_one_vlan ON public.services USING btree (tenant_id, enni_id, outer_vlan, inner_vlan) WHERE (state <> 'CEASED'::text);

CREATE INDEX slots_by_day ON public.slots USING btree (book_id, local_date);

CREATE INDEX supplier_calls_of_order ON public.supplier_calls USING btree (tenant_id, order_key, change_key, call_id) WHERE (order_key IS NOT NULL);

CREATE INDEX supplier_calls_open ON public.supplier_calls USING btree (tenant_id, created_at) WHERE (state = ANY (ARRAY['INTENT'::text, 'SENT'::text, 'UNKNOWN'::text]));

CREATE UNIQUE INDEX supplier_orders_by_number ON public.supplier_orders USING btree (account_id, sent_id) WHERE (account_id IS NOT NULL);

CREATE INDEX supplier_orders_by_service ON public.supplier_orders USING btree (supplier_id, brought) WHERE (brought IS NOT NULL);

CREATE UNIQUE INDEX supplier_orders_lines ON public.supplier_orders USING btree (uprn, line) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX supplier_orders_one_a_port ON public.supplier_orders USING btree (ont_reference, port_number) WHERE ((ended_at IS NULL) AND (ont_reference IS NOT NULL));

CREATE UNIQUE INDEX supplier_orders_one_a_service ON public.supplier_orders USING btree (supplier_id, for_tenant, service_id) WHERE ((ended_at IS NULL) AND (service_id IS NOT NULL));

CREATE UNIQUE INDEX supplier_orders_one_at_a_time ON public.supplier_orders USING btree (for_tenant, uprn) WHERE (one_at_a_time AND (ended_at IS NULL));

CREATE INDEX supplier_orders_open ON public.supplier_orders USING btree (uprn) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX supplier_updates_in_sequence ON public.supplier_updates USING btree (tenant_id, order_key, supplier_id, sequence_number);

CREATE UNIQUE INDEX suppliers_one_own_ethernet ON public.suppliers USING btree (kind) WHERE (kind = 'OWN_ETHERNET'::text);

CREATE UNIQUE INDEX suppliers_one_own_network ON public.suppliers USING btree (kind) WHERE (kind = 'OWN_NETWORK'::text);

CREATE UNIQUE INDEX switches_one_a_port ON public.switches USING btree (ont_reference, port_number) WHERE (state = ANY (ARRAY['PLANNED'::text, 'TOLD'::text]));

CREATE INDEX wayleaves_by_age ON public.wayleaves USING btree (tenant_id, asked_at, wayleave_id);

CREATE UNIQUE INDEX wayleaves_one_open ON public.wayleaves USING btree (tenant_id, order_key) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX work_orders_by_reference ON public.work_orders USING btree (tenant_id, reference);

ALTER TABLE ONLY public.accepted_requests
    ADD CONSTRAINT accepted_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT alarms_about_tenant_fkey FOREIGN KEY (about_tenant) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_about_tenant_fkey FOREIGN KEY (about_tenant) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.circuit_orders
    ADD CONSTRAINT circuit_orders_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.circuit_orders
    ADD CONSTRAINT circuit_orders_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id) REFERENCES public.ethernet_circuits(tenant_id, service_id);

ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(client_id);

ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_for_supplier_fkey FOREIGN KEY (for_supplier) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_for_tenant_fkey FOREIGN KEY (for_tenant) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_tenant_id_endpoint_id_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES public.endpoints(tenant_id, endpoint_id);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_tenant_id_order_key_sequence_number_fkey FOREIGN KEY (tenant_id, order_key, sequence_number) REFERENCES public.kcis(tenant_id, order_key, sequence_number);

ALTER TABLE ONLY public.delivery_attempts
    ADD CONSTRAINT delivery_attempts_tenant_id_order_key_sequence_number_endp_fkey FOREIGN KEY (tenant_id, order_key, sequence_number, endpoint_id) REFERENCES public.deliveries(tenant_id, order_key, sequence_number, endpoint_id);

ALTER TABLE ONLY public.endpoint_creations
    ADD CONSTRAINT endpoint_creations_tenant_id_endpoint_id_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES public.endpoints(tenant_id, endpoint_id);

ALTER TABLE ONLY public.endpoint_creations
    ADD CONSTRAINT endpoint_creations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.endpoint_health
    ADD CONSTRAINT endpoint_health_tenant_id_endpoint_id_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES public.endpoints(tenant_id, endpoint_id);

ALTER TABLE ONLY public.endpoint_places
    ADD CONSTRAINT endpoint_places_tenant_id_endpoint_id_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES public.endpoints(tenant_id, endpoint_id);

ALTER TABLE ONLY public.endpoint_public_keys
    ADD CONSTRAINT endpoint_public_keys_for_tenant_fkey FOREIGN KEY (for_tenant) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.endpoint_secrets
    ADD CONSTRAINT endpoint_secrets_tenant_id_endpoint_id_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES public.endpoints(tenant_id, endpoint_id);

ALTER TABLE ONLY public.endpoints
    ADD CONSTRAINT endpoints_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.ethernet_bandwidths
    ADD CONSTRAINT ethernet_bandwidths_supplier_id_product_fkey FOREIGN KEY (supplier_id, product) REFERENCES public.ethernet_products(supplier_id, product);

ALTER TABLE ONLY public.ethernet_circuit_sites
    ADD CONSTRAINT ethernet_circuit_sites_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id) REFERENCES public.ethernet_circuits(tenant_id, service_id);

ALTER TABLE ONLY public.ethernet_circuits
    ADD CONSTRAINT ethernet_circuits_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.ethernet_circuits
    ADD CONSTRAINT ethernet_circuits_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.ethernet_circuits
    ADD CONSTRAINT ethernet_circuits_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.ethernet_distances
    ADD CONSTRAINT ethernet_distances_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.ethernet_price_lists(supplier_id);

ALTER TABLE ONLY public.ethernet_orders
    ADD CONSTRAINT ethernet_orders_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.ethernet_orders
    ADD CONSTRAINT ethernet_orders_tenant_id_supplier_id_supplier_quote_id_fkey FOREIGN KEY (tenant_id, supplier_id, supplier_quote_id) REFERENCES public.quote_items(tenant_id, supplier_id, supplier_quote_id);

ALTER TABLE ONLY public.ethernet_price_lists
    ADD CONSTRAINT ethernet_price_lists_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.ethernet_products
    ADD CONSTRAINT ethernet_products_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.ethernet_price_lists(supplier_id);

ALTER TABLE ONLY public.ethernet_terms
    ADD CONSTRAINT ethernet_terms_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.ethernet_price_lists(supplier_id);

ALTER TABLE ONLY public.expectations
    ADD CONSTRAINT expectations_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.feed_heads
    ADD CONSTRAINT feed_heads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_tenant_id_appointment_id_fkey FOREIGN KEY (tenant_id, appointment_id) REFERENCES public.reservations(tenant_id, id);

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_tenant_id_order_key_sequence_number_fkey FOREIGN KEY (tenant_id, order_key, sequence_number) REFERENCES public.kcis(tenant_id, order_key, sequence_number);

ALTER TABLE ONLY public.gateway_numbers
    ADD CONSTRAINT gateway_numbers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.handovers
    ADD CONSTRAINT handovers_area_fkey FOREIGN KEY (area) REFERENCES public.areas(area);

ALTER TABLE ONLY public.handovers
    ADD CONSTRAINT handovers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.kci_skips
    ADD CONSTRAINT kci_skips_tenant_id_endpoint_id_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES public.endpoints(tenant_id, endpoint_id);

ALTER TABLE ONLY public.kci_skips
    ADD CONSTRAINT kci_skips_tenant_id_order_key_sequence_number_fkey FOREIGN KEY (tenant_id, order_key, sequence_number) REFERENCES public.kcis(tenant_id, order_key, sequence_number);

ALTER TABLE ONLY public.kcis
    ADD CONSTRAINT kcis_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.lanes
    ADD CONSTRAINT lanes_for_tenant_fkey FOREIGN KEY (for_tenant) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.ont_ports
    ADD CONSTRAINT ont_ports_holder_fkey FOREIGN KEY (holder) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.ont_ports
    ADD CONSTRAINT ont_ports_ont_reference_fkey FOREIGN KEY (ont_reference) REFERENCES public.onts(ont_reference);

ALTER TABLE ONLY public.onts
    ADD CONSTRAINT onts_uprn_fkey FOREIGN KEY (uprn) REFERENCES public.premises(uprn);

ALTER TABLE ONLY public.order_changes
    ADD CONSTRAINT order_changes_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.order_changes
    ADD CONSTRAINT order_changes_tenant_id_reservation_id_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES public.reservations(tenant_id, id);

ALTER TABLE ONLY public.order_dates
    ADD CONSTRAINT order_dates_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.order_waits
    ADD CONSTRAINT order_waits_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_tenant_id_reservation_id_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES public.reservations(tenant_id, id);

ALTER TABLE ONLY public.premises
    ADD CONSTRAINT premises_area_fkey FOREIGN KEY (area) REFERENCES public.areas(area);

ALTER TABLE ONLY public.premises
    ADD CONSTRAINT premises_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES public.profiles(profile_id);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_service_fkey FOREIGN KEY (service) REFERENCES public.service_specifications(service);

ALTER TABLE ONLY public.quote_items
    ADD CONSTRAINT quote_items_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.quote_items
    ADD CONSTRAINT quote_items_tenant_id_quote_id_fkey FOREIGN KEY (tenant_id, quote_id) REFERENCES public.quotes(tenant_id, quote_id);

ALTER TABLE ONLY public.quotes
    ADD CONSTRAINT quotes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.replay_items
    ADD CONSTRAINT replay_items_tenant_id_endpoint_id_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES public.endpoints(tenant_id, endpoint_id);

ALTER TABLE ONLY public.replay_items
    ADD CONSTRAINT replay_items_tenant_id_order_key_sequence_number_fkey FOREIGN KEY (tenant_id, order_key, sequence_number) REFERENCES public.kcis(tenant_id, order_key, sequence_number);

ALTER TABLE ONLY public.replay_items
    ADD CONSTRAINT replay_items_tenant_id_replay_id_fkey FOREIGN KEY (tenant_id, replay_id) REFERENCES public.replays(tenant_id, replay_id);

ALTER TABLE ONLY public.replays
    ADD CONSTRAINT replays_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_slot_id_fkey FOREIGN KEY (slot_id) REFERENCES public.slots(slot_id);

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.routes
    ADD CONSTRAINT routes_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.supplier_accounts(account_id);

ALTER TABLE ONLY public.routes
    ADD CONSTRAINT routes_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.routes
    ADD CONSTRAINT routes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_ont_reference_fkey FOREIGN KEY (ont_reference) REFERENCES public.onts(ont_reference);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.slot_books
    ADD CONSTRAINT slot_books_area_fkey FOREIGN KEY (area) REFERENCES public.areas(area);

ALTER TABLE ONLY public.slot_books
    ADD CONSTRAINT slot_books_service_fkey FOREIGN KEY (service) REFERENCES public.service_specifications(service);

ALTER TABLE ONLY public.slot_patterns
    ADD CONSTRAINT slot_patterns_book_id_fkey FOREIGN KEY (book_id) REFERENCES public.slot_books(book_id);

ALTER TABLE ONLY public.slots
    ADD CONSTRAINT slots_book_id_fkey FOREIGN KEY (book_id) REFERENCES public.slot_books(book_id);

ALTER TABLE ONLY public.story_runs
    ADD CONSTRAINT story_runs_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.supplier_accounts
    ADD CONSTRAINT supplier_accounts_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.supplier_calls
    ADD CONSTRAINT supplier_calls_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.supplier_accounts(account_id);

ALTER TABLE ONLY public.supplier_calls
    ADD CONSTRAINT supplier_calls_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.supplier_calls
    ADD CONSTRAINT supplier_calls_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.supplier_calls
    ADD CONSTRAINT supplier_calls_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.supplier_circuits
    ADD CONSTRAINT supplier_circuits_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.supplier_health
    ADD CONSTRAINT supplier_health_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.supplier_orders
    ADD CONSTRAINT supplier_orders_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.supplier_accounts(account_id);

ALTER TABLE ONLY public.supplier_orders
    ADD CONSTRAINT supplier_orders_for_tenant_fkey FOREIGN KEY (for_tenant) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.supplier_orders
    ADD CONSTRAINT supplier_orders_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.supplier_updates
    ADD CONSTRAINT supplier_updates_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.suppliers(supplier_id);

ALTER TABLE ONLY public.supplier_updates
    ADD CONSTRAINT supplier_updates_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.switches
    ADD CONSTRAINT switches_gaining_tenant_fkey FOREIGN KEY (gaining_tenant) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.switches
    ADD CONSTRAINT switches_losing_tenant_fkey FOREIGN KEY (losing_tenant) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.wayleaves
    ADD CONSTRAINT wayleaves_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_no);

ALTER TABLE ONLY public.wayleaves
    ADD CONSTRAINT wayleaves_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE ONLY public.work_orders
    ADD CONSTRAINT work_orders_tenant_id_order_key_fkey FOREIGN KEY (tenant_id, order_key) REFERENCES public.orders(tenant_id, order_key);

ALTER TABLE public.accepted_requests ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.alarms ENABLE ROW LEVEL SECURITY;

CREATE POLICY anyone_writes ON public.audit FOR INSERT WITH CHECK (((about_tenant IS NULL) OR (about_tenant = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer)));

ALTER TABLE public.audit ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.charges ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.circuit_orders ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.deliveries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.delivery_attempts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.endpoint_creations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.endpoint_health ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.endpoint_places ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.endpoint_secrets ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.endpoints ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ethernet_circuit_sites ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ethernet_circuits ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ethernet_orders ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.feed ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.feed_heads ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.gateway_numbers ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.handovers ENABLE ROW LEVEL SECURITY;

CREATE POLICY its_tenant_s_own ON public.alarms USING ((about_tenant = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

ALTER TABLE public.kci_skips ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.kcis ENABLE ROW LEVEL SECURITY;

CREATE POLICY one_tenant ON public.accepted_requests USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.charges USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.circuit_orders USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.deliveries USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.delivery_attempts USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.endpoint_creations USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.endpoint_health USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.endpoint_places USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.endpoint_secrets USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.endpoints USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.ethernet_circuit_sites USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.ethernet_circuits USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.ethernet_orders USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.feed USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.feed_heads USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.gateway_numbers USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.handovers USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.kci_skips USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.kcis USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.order_changes USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.order_dates USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.order_waits USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.orders USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.quote_items USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.quotes USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.replay_items USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.replays USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.reservations USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.routes USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.services USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.story_runs USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.supplier_calls USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.supplier_updates USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.wayleaves USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

CREATE POLICY one_tenant ON public.work_orders USING ((tenant_id = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

ALTER TABLE public.order_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.order_dates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.order_waits ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.quote_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.quotes ENABLE ROW LEVEL SECURITY;

CREATE POLICY readable_by_its_tenant ON public.audit FOR SELECT USING ((about_tenant = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer));

ALTER TABLE public.replay_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.replays ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.reservations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.routes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.services ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.story_runs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.supplier_calls ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.supplier_updates ENABLE ROW LEVEL SECURITY;

CREATE POLICY the_operator_s_own ON public.alarms TO fibregate_work USING ((about_tenant IS NULL));

ALTER TABLE public.wayleaves ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.work_orders ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA public TO fibregate_app;
GRANT USAGE ON SCHEMA public TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.accepted_requests TO fibregate_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accepted_requests TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.alarms TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.alarms TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.areas TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.areas TO fibregate_work;

GRANT SELECT,INSERT ON TABLE public.audit TO fibregate_app;
GRANT SELECT,INSERT ON TABLE public.audit TO fibregate_work;

GRANT SELECT,UPDATE ON TABLE public.business_clock TO fibregate_app;
GRANT SELECT ON TABLE public.business_clock TO fibregate_work;

GRANT USAGE ON SEQUENCE public.change_keys TO fibregate_app;
GRANT USAGE ON SEQUENCE public.change_keys TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.charges TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.charges TO fibregate_work;

GRANT SELECT,INSERT ON TABLE public.circuit_orders TO fibregate_app;
GRANT SELECT,INSERT ON TABLE public.circuit_orders TO fibregate_work;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.client_secrets TO fibregate_app;
GRANT SELECT ON TABLE public.client_secrets TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.clients TO fibregate_app;
GRANT SELECT ON TABLE public.clients TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.deliveries TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.deliveries TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.delivery_attempts TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.delivery_attempts TO fibregate_work;

GRANT SELECT,INSERT ON TABLE public.endpoint_creations TO fibregate_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.endpoint_health TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.endpoint_health TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.endpoint_places TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.endpoint_places TO fibregate_work;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.endpoint_public_keys TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.endpoint_public_keys TO fibregate_work;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.endpoint_secrets TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.endpoint_secrets TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.endpoints TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.endpoints TO fibregate_work;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ethernet_bandwidths TO fibregate_app;
GRANT SELECT ON TABLE public.ethernet_bandwidths TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.ethernet_circuit_sites TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.ethernet_circuit_sites TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.ethernet_circuits TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.ethernet_circuits TO fibregate_work;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ethernet_distances TO fibregate_app;
GRANT SELECT ON TABLE public.ethernet_distances TO fibregate_work;

GRANT SELECT,INSERT ON TABLE public.ethernet_orders TO fibregate_app;
GRANT SELECT ON TABLE public.ethernet_orders TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.ethernet_price_lists TO fibregate_app;
GRANT SELECT ON TABLE public.ethernet_price_lists TO fibregate_work;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ethernet_products TO fibregate_app;
GRANT SELECT ON TABLE public.ethernet_products TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.ethernet_sites TO fibregate_app;
GRANT SELECT ON TABLE public.ethernet_sites TO fibregate_work;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ethernet_terms TO fibregate_app;
GRANT SELECT ON TABLE public.ethernet_terms TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.expectations TO fibregate_app;
GRANT SELECT ON TABLE public.expectations TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.feed TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.feed TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.feed_heads TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.feed_heads TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.gateway_numbers TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.gateway_numbers TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.handovers TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.handovers TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.kci_skips TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.kci_skips TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.kcis TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.kcis TO fibregate_work;

GRANT SELECT ON TABLE public.lanes TO fibregate_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lanes TO fibregate_work;

GRANT INSERT(key) ON TABLE public.lanes TO fibregate_app;

GRANT INSERT(kind) ON TABLE public.lanes TO fibregate_app;

GRANT INSERT(for_tenant) ON TABLE public.lanes TO fibregate_app;

GRANT INSERT(subject) ON TABLE public.lanes TO fibregate_app;

GRANT INSERT(due_at),UPDATE(due_at) ON TABLE public.lanes TO fibregate_app;

GRANT INSERT(last_enqueued),UPDATE(last_enqueued) ON TABLE public.lanes TO fibregate_app;

GRANT INSERT(last_done) ON TABLE public.lanes TO fibregate_app;

GRANT UPDATE(parked_reason) ON TABLE public.lanes TO fibregate_app;

GRANT INSERT(share) ON TABLE public.lanes TO fibregate_app;

GRANT UPDATE(held) ON TABLE public.lanes TO fibregate_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.ont_ports TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.ont_ports TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.onts TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.onts TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.operator_tokens TO fibregate_app;
GRANT SELECT ON TABLE public.operator_tokens TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.order_changes TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.order_changes TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.order_dates TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.order_dates TO fibregate_work;

GRANT USAGE ON SEQUENCE public.order_keys TO fibregate_app;
GRANT USAGE ON SEQUENCE public.order_keys TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.order_waits TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.order_waits TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.orders TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.orders TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.premises TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.premises TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.profiles TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.profiles TO fibregate_work;

GRANT SELECT,INSERT ON TABLE public.quote_items TO fibregate_app;
GRANT SELECT ON TABLE public.quote_items TO fibregate_work;

GRANT SELECT,INSERT ON TABLE public.quotes TO fibregate_app;
GRANT SELECT ON TABLE public.quotes TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.replay_items TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.replay_items TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.replays TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.replays TO fibregate_work;

GRANT USAGE ON SEQUENCE public.reservation_numbers TO fibregate_app;
GRANT USAGE ON SEQUENCE public.reservation_numbers TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.reservations TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.reservations TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.routes TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.routes TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.service_specifications TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.service_specifications TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.services TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.services TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.signing_keys TO fibregate_app;
GRANT SELECT ON TABLE public.signing_keys TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.slot_books TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.slot_books TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.slot_patterns TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.slot_patterns TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.slots TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.slots TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.story_runs TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.story_runs TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_accounts TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_accounts TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_calls TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_calls TO fibregate_work;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.supplier_circuits TO fibregate_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.supplier_circuits TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_health TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_health TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_orders TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_orders TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_updates TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.supplier_updates TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.suppliers TO fibregate_app;
GRANT SELECT,UPDATE ON TABLE public.suppliers TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.switches TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.switches TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.tenants TO fibregate_app;
GRANT SELECT ON TABLE public.tenants TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.wayleaves TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.wayleaves TO fibregate_work;

GRANT USAGE ON SEQUENCE public.work_order_numbers TO fibregate_app;
GRANT USAGE ON SEQUENCE public.work_order_numbers TO fibregate_work;

GRANT SELECT,INSERT,UPDATE ON TABLE public.work_orders TO fibregate_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.work_orders TO fibregate_work;
