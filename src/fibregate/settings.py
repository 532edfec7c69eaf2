"""Every setting, read from the environment with the prefix `FIBREGATE_`.

`docs/reference/settings.md` is made from it.
"""

import re
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/]{32,86}={0,2}")


class Settings(BaseSettings):
    """What an operator may choose; each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="FIBREGATE_", extra="forbid")

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL of the runtime role; without it the embedded server in `data` is used"
    )
    data: Path = Field(default=Path(".fibregate"), description="folder of the embedded database, keys and sandbox file")
    postgres_bin: Path | None = Field(
        default=None, description="folder with PostgreSQL's own programs, instead of the packaged ones"
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="32 random bytes in base64 that seal webhook secrets and signing keys; else `data`/master.key",
    )
    issuer: str = Field(default="https://fibregate.invalid", description="`iss` of the tokens that we sign")
    token_seconds: int = Field(default=3600, ge=60, le=86400, description="life of an access token, in seconds")
    pool_size: int = Field(default=20, ge=2, le=90, description="database connections of one process")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is worth a line on standard error"
    )
    one_open_order: bool = Field(default=True, description="refuse a second open NEW order at one premises")
    hold_limit: int = Field(
        default=200, ge=0, description="unconfirmed appointments that one tenant may hold at a time; 0 for no limit"
    )
    webhook_connect_seconds: float = Field(default=5, gt=0, description="time to connect to a tenant's endpoint")
    webhook_total_seconds: float = Field(default=20, gt=0, description="time for a whole delivery attempt")
    webhook_allow: list[str] = Field(
        default_factory=list,
        description='networks that webhooks may reach although they are not public, such as ["10.1.0.0/16"]',
    )
    webhook_ports: list[int] = Field(default=[443], description="ports that webhooks may use")
    webhook_plain_http: bool = Field(
        default=False, description="allow http:// endpoints (the sandbox does, to loopback)"
    )
    supplier_allow: list[str] = Field(
        default_factory=list,
        description='networks that suppliers may be in although they are not public, such as ["10.2.0.0/16"]',
    )
    supplier_ports: list[int] = Field(default=[443], description="ports at which suppliers may be called")
    supplier_plain_http: bool = Field(
        default=False, description="allow http:// suppliers (the sandbox does, on loopback)"
    )
    supplier_failing_seconds: int = Field(
        default=120, ge=10, description="how long a supplier gives no good answer before that is alarmed"
    )
    supplier_failures: int = Field(
        default=5, ge=1, description="failures in a row after which a supplier is left alone for a while"
    )
    answer_seconds: float = Field(
        default=20,
        gt=0,
        le=24,
        description="the longest that a supplier is waited for while a tenant waits; its account may say less",
    )
    retry_days: int = Field(default=7, ge=1, le=30, description="how long a delivery is tried before it is parked")
    worker_concurrency: int = Field(default=256, ge=4, le=2000, description="lanes that one worker runs at a time")
    checks_minutes: int = Field(
        default=60,
        ge=5,
        le=1440,
        description="minutes of business time between two looks for ghost appointments, stray lanes, old deliveries and"
        " credentials that end (the sandbox looks once a day)",
    )
    undelivered_minutes: int = Field(
        default=60, ge=1, description="age at which a tenant's oldest undelivered KCI is alarmed"
    )
    attached_hours: int = Field(
        default=24, ge=1, description="how long after its commitment an order may wait for its visit to be confirmed"
    )
    sign_in_failures: int = Field(
        default=20, ge=1, description="refused token requests of one client or address in 10 minutes that are alarmed"
    )
    duty_secret: SecretStr | None = Field(
        default=None, description="secret that signs alarms to `duty_webhook`: `whsec_` and at least 24 bytes in base64"
    )
    duty_webhook: str | None = Field(default=None, description="URL to which alarms are posted")
    duty_allow: list[str] = Field(
        default_factory=list, description="networks that `duty_webhook` may be in although they are not public"
    )
    smtp_host: str | None = Field(default=None, description="mail server for alarms")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the connection to the mail server is protected"
    )
    smtp_user: str | None = Field(default=None, description="user at the mail server")
    smtp_password: SecretStr | None = Field(default=None, description="password at the mail server")
    smtp_from: str | None = Field(default=None, description="sender of alarm mails")
    duty_mail: str | None = Field(default=None, description="address to which alarms are mailed")

    @field_validator("duty_secret")
    @classmethod
    def _is_a_secret(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not _SECRET.fullmatch(given.get_secret_value()):
            raise ValueError("must be whsec_ and 24 to 64 bytes in base64")
        return given

    @field_validator("duty_webhook")
    @classmethod
    def _is_signed(cls, given: str | None, others: ValidationInfo) -> str | None:
        if given is not None and others.data.get("duty_secret") is None:
            raise ValueError("needs FIBREGATE_DUTY_SECRET: alarms are signed")
        return given

    @field_validator("duty_mail")
    @classmethod
    def _has_a_server(cls, given: str | None, others: ValidationInfo) -> str | None:
        if given is not None and not (others.data.get("smtp_host") and others.data.get("smtp_from")):
            raise ValueError("needs FIBREGATE_SMTP_HOST and FIBREGATE_SMTP_FROM")
        return given
