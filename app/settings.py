"""The only reader of the environment. Each field is the variable GATAMI_<NAME>; a test holds the README to them."""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """All settings with their defaults; an unreadable value stops the start with pydantic's own sentence."""

    model_config = SettingsConfigDict(env_prefix="GATAMI_", env_file=".env", extra="ignore")

    database_url: str | None = Field(
        None, description="PostgreSQL with PostGIS. Unset: a private cluster in the data folder."
    )
    data_dir: Path = Field(
        Path("var"), description="Photos, the private cluster, the secret and mails not sent by SMTP."
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on.")
    public_url: str | None = Field(
        None, description="Address that people use; decides on links in mails and on Secure cookies."
    )
    secret_key: str | None = Field(
        None, min_length=32, description="Signs secret links. Unset: made once and kept in the data folder."
    )
    rules_file: Path = Field(PROJECT / "routing_rules.yaml", description="Units, categories, areas and routing rules.")
    smtp_host: str | None = Field(None, description="Mail server. Unset: mails are written to the data folder.")
    smtp_port: int = Field(587, description="Port of the mail server.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="How the mail server is spoken to."
    )
    smtp_username: str | None = Field(None, description="Name to sign in to the mail server with.")
    smtp_password: str | None = Field(None, description="Password to sign in to the mail server with.")
    smtp_timeout: float = Field(20.0, description="Seconds to wait for the mail server.")
    mail_from: str = Field("GataMi <gatami@tromso.example>", description="Sender of all mails.")
    desk_email: str = Field("servicetorget@tromso.example", description="The service desk: answers to mails go here.")
    bounce_address: str | None = Field(
        None,
        description="Where mails come back to that cannot be delivered; `gatami bounces` reads them.",
    )
    mailbox_host: str | None = Field(
        None, description="IMAP server of the mailbox whose mails become reports. Unset: none is read."
    )
    mailbox_port: int = Field(993, description="Port of the IMAP server.")
    mailbox_security: Literal["none", "starttls", "tls"] = Field("tls", description="How the IMAP server is spoken to.")
    mailbox_user: str | None = Field(None, description="Name to sign in to the mailbox with.")
    mailbox_password: str | None = Field(None, description="Password to sign in to the mailbox with.")
    mailbox_folder: str = Field("INBOX", description="Folder that is read; what was read is marked as read there.")
    mailbox_max_bytes: int = Field(
        30_000_000,
        ge=100_000,
        description="Largest mail that becomes a report, in bytes; of larger ones the desk is told.",
    )
    mailbox_mails_per_day: int = Field(
        20, ge=0, description="Mails per day from one sender that become reports by themselves; 0: no limit."
    )
    mail_collect_minutes: float = Field(
        5.0, ge=0, description="Minutes that news waits for more of it, to be one mail; 0: each is sent at once."
    )
    tile_url: str = Field(
        "https://cache.kartverket.no/v1/wmts/1.0.0/topo/default/webmercator/{z}/{y}/{x}.png",
        description="Base map tiles.",
    )
    tile_attribution: str = Field("© Kartverket", description="Credit line of the base map.")
    tile_cache: bool = Field(
        False,
        description="The map's provider allows that tiles along a crew's round are kept on its phone for a shift.",
    )
    address_register: str = Field(
        "https://ws.geonorge.no/adresser/v1", description="Kartverket's addresses; empty: only our own are searched."
    )
    name_register: str = Field(
        "https://ws.geonorge.no/stedsnavn/v1", description="Kartverket's place names; empty: only our own are searched."
    )
    road_register: str = Field(
        "https://nvdbapiles.atlas.vegvesen.no/vegnett/api/v4",
        description="NVDB's roads and their owners; empty: only our own are searched.",
    )
    router: Literal["none", "valhalla", "osrm"] = Field(
        "none", description="Service that is asked for driving times; none: the imported roads, else straight lines."
    )
    router_url: str = Field("", description="Address of that service, such as http://localhost:8002.")
    router_seconds: float = Field(
        10.0, gt=0, le=60, description="Seconds to wait for each answer of that service; then our own roads are used."
    )
    trusted_proxies: str = Field("", description="Addresses, comma separated, whose X-Forwarded-For is believed.")
    session_hours: int = Field(12, description="Hours after which staff must sign in again.")
    mine_days: int = Field(30, ge=1, description="Days for which a resident who used a link in a mail stays signed in.")
    mine_link_hours: int = Field(2, ge=1, description="Hours for which the link in a mail signs its reader in, once.")
    digest_hour: int = Field(
        7, ge=0, le=23, description="Hour of the day, where people live, from which digests of followed places go out."
    )
    overdue_mail_hour: int = Field(
        7, ge=0, le=23, description="Hour of working days from which leaders of units get a mail about what is overdue."
    )
    undo_seconds: int = Field(10, ge=0, description="Seconds in which a decision at the desk can be undone.")
    reopen_days: int = Field(
        60, ge=1, le=3650, description='Days after closing in which a reporter can say "still broken".'
    )
    photo_max_bytes: int = Field(15_000_000, description="Largest photo taken in, in bytes.")
    limit_reports_per_hour: int = Field(
        120, ge=0, description="Reports per hour from one network address (half of them at once); 0: no limit."
    )
    limit_reports_per_email: int = Field(
        10, ge=0, description="Reports per hour with one e-mail address, three times as many per day; 0: no limit."
    )
    limit_photos_per_hour: int = Field(600, ge=0, description="Photos per hour from one network address; 0: no limit.")
    limit_support_per_hour: int = Field(
        120, ge=0, description='"Mine too", and places to follow, per hour from one network address; 0: no limit.'
    )
    limit_searches_per_hour: int = Field(
        3600, ge=0, description="Searches for places per hour from one network address; 0: no limit."
    )
    limit_sign_in_per_hour: int = Field(
        60, ge=0, description="Sign-in mails asked for per hour from one network address; 0: no limit."
    )
    form_seconds: float = Field(
        2.0, ge=0, description="A form that is sent sooner after its page was made is shown once more; 0: never."
    )
    contact_months: int = Field(
        12, ge=1, le=600, description="Months after closing in which contact data and words that nobody may read stay."
    )
    unconfirmed_days: int = Field(30, ge=1, le=3650, description="Days after which an unconfirmed address is deleted.")
    photo_days: int = Field(
        90, ge=1, le=3650, description="Days after closing in which photos stay that the desk did not let through."
    )
    sight_months: int = Field(
        12, ge=1, le=600, description="Months for which it is kept who of the staff looked at which report."
    )
    backup_days: int = Field(
        30, ge=1, le=3650, description="Days after which you delete your backups; the privacy page says so."
    )
    demo: bool = Field(True, description="Load the demo into the private cluster, never elsewhere.")
    web_workers: int = Field(1, ge=1, description="Number of web server processes.")
    pool_size: int = Field(10, ge=1, description="Database connections per process.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")

    @field_validator("bounce_address")
    @classmethod
    def _a_bare_address(cls, address: str | None) -> str | None:
        """The code of a mail is put before the @, so there must be one, and no name around it."""
        if address and (address.count("@") != 1 or not address.isascii() or set(address) & set('<>+ ,;"\\')):
            raise ValueError("must be an address like bounces@example.org, without a name and without +")
        return address or None

    @field_validator("database_url")
    @classmethod
    def _with_our_driver(cls, url: str | None) -> str | None:
        """What other programs write for PostgreSQL is right here too."""
        scheme, separator, rest = (url or "").partition("://")
        if not url or scheme == "postgresql+psycopg":
            return url
        if not separator or scheme not in {"postgres", "postgresql"}:
            raise ValueError("must be an address like postgresql://user:password@host:5432/name")
        return f"postgresql+psycopg://{rest}"

    @property
    def base_url(self) -> str:
        """Address that links start with, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def https(self) -> bool:
        """Whether people reach the service over TLS, so that cookies can be Secure."""
        return self.base_url.startswith("https://")

    @property
    def photo_dir(self) -> Path:
        """Folder of photo bytes."""
        return self.data_dir / "photos"

    @property
    def mail_dir(self) -> Path:
        """Folder of mails when no mail server is set."""
        return self.data_dir / "mail"

    def secret(self) -> bytes:
        """The signing key: the setting, else one that is made once in the data folder (mode 0600)."""
        if self.secret_key:
            return self.secret_key.encode()
        path = self.data_dir / "secret_key"
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text().strip().encode()


def _write_once(path: Path, text: str) -> None:
    """Create the file unless another process was first; a half-written key is never seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
