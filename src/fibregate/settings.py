"""Every setting, read from the environment with the prefix `FIBREGATE_`.

`docs/reference/settings.md` is made from it.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    retry_days: int = Field(default=7, ge=1, le=30, description="how long a delivery is tried before it is parked")
    worker_concurrency: int = Field(default=32, ge=1, le=500, description="lanes that one worker runs at a time")
