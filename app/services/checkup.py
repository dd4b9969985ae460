"""What is wrong with an installation: each part is tried, and what is found is one sentence with what to do.

For those who run the service, so it speaks English like the command line.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from app.delivery import DeliveryFailed, smtp
from app.routing import Rules, RulesError, load_rules

if TYPE_CHECKING:
    from app.settings import Settings

Level = Literal["ok", "warning", "problem"]

FREE_PROBLEM, FREE_WARNING = 200_000_000, 2_000_000_000
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Finding:
    """How one part is; `advice` says what to do, where there is something to do."""

    part: str
    level: Level
    words: str
    advice: str = ""


def check_rules(settings: Settings) -> tuple[Rules | None, Finding]:
    """The file on disk, read anew."""
    try:
        rules = load_rules(settings.rules_file)
    except RulesError as error:
        advice = f"Run `gatami rules check {settings.rules_file}` and mend what it names."
        return None, Finding(
            "rules",
            "problem",
            f"The rules file cannot be used ({len(error.problems)} to mend): {error.problems[0]}",
            advice,
        )
    words = f"{rules.path}: {len(rules.units)} units, {len(rules.categories)} categories, {len(rules.rules)} rules."
    return rules, Finding("rules", "ok", words)


def check_mail(settings: Settings) -> Finding:
    """The conversation with the mail server up to signing in; nothing is sent."""
    if settings.smtp_host is None:
        return Finding(
            "mail",
            "warning",
            f"Mails are not sent but written to {settings.mail_dir}.",
            "Set GATAMI_SMTP_HOST to a mail server when residents are to get mail.",
        )
    server = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        smtp.knock(settings)
    except DeliveryFailed as error:
        return Finding(
            "mail",
            "problem",
            f"The mail server {server} does not let us in: {error.note}",
            "Check GATAMI_SMTP_HOST, _PORT, _SECURITY, _USERNAME and _PASSWORD.",
        )
    if settings.smtp_security == "none" and settings.smtp_host not in LOCAL:
        return Finding(
            "mail",
            "warning",
            f"The mail server {server} answers, but mails go to it unencrypted.",
            "Set GATAMI_SMTP_SECURITY to starttls or tls.",
        )
    return Finding("mail", "ok", f"The mail server {server} answers and lets us in.")


def check_photos(settings: Settings) -> Finding:
    """A file can be written where photos go, and there is room."""
    folder = settings.photo_dir
    place = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
    except OSError as error:
        return Finding(
            "photos",
            "problem",
            f"Photos cannot be written to {folder}: {error.strerror}.",
            f"Give the user who runs GataMi the right to write to {place}, or set GATAMI_DATA_DIR.",
        )
    free = shutil.disk_usage(place).free
    if free >= FREE_WARNING:
        return Finding("photos", "ok", f"{folder} can be written, {free / 1e9:.0f} GB are free.")
    level: Level = "problem" if free < FREE_PROBLEM else "warning"
    return Finding(
        "photos",
        level,
        f"Only {free / 1e6:.0f} MB are free for photos in {folder}.",
        "Free some space, or set GATAMI_DATA_DIR to a larger disk.",
    )


def check_secret(settings: Settings) -> Finding:
    """The key of the secret links is there and nobody else can read it."""
    if settings.secret_key:
        return Finding("secret key", "ok", "The key of the secret links is set by GATAMI_SECRET_KEY.")
    path = settings.data_dir / "secret_key"
    try:
        mode = path.stat().st_mode & 0o777
        readable = os.access(path, os.R_OK)
        length = len(path.read_text().strip()) if readable else 0
    except FileNotFoundError:
        return Finding("secret key", "ok", "There is no key yet: the first start makes one.")
    if not readable:
        return Finding(
            "secret key",
            "problem",
            f"{path} cannot be read.",
            "Run this as the user who runs GataMi, or mend its owner.",
        )
    if length < 32:
        return Finding(
            "secret key",
            "problem",
            f"{path} holds no key of at least 32 characters.",
            "Put the key back from a backup; without it all links in earlier mails are dead.",
        )
    if mode & 0o077:
        return Finding(
            "secret key",
            "problem",
            f"Others can read {path} (mode {mode:03o}), so they can make secret links.",
            f"Run `chmod 600 {path}`.",
        )
    return Finding("secret key", "ok", f"{path} is readable by its owner only.")


def check_address(settings: Settings) -> Finding:
    """Links in mails lead somewhere, and cookies are safe on the way."""
    if settings.public_url is None:
        return Finding(
            "address",
            "warning",
            f"Links in mails lead to {settings.base_url}, which only this machine may know.",
            "Set GATAMI_PUBLIC_URL to the address that people use.",
        )
    parts = urlsplit(settings.public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return Finding(
            "address",
            "problem",
            f"GATAMI_PUBLIC_URL is no web address: {settings.public_url}",
            "Write it like https://meld.example.no",
        )
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        return Finding(
            "address",
            "problem",
            f"{settings.public_url} is not encrypted: passwords and reports can be read on the way, "
            "and phones do not tell their position.",
            "Put a proxy with TLS in front, and write https:// in GATAMI_PUBLIC_URL.",
        )
    return Finding("address", "ok", f"People reach us at {settings.base_url}.")


def check_clock(ours: datetime, databases: datetime) -> Finding:
    """Due dates come from our clock and jobs from the database's."""
    seconds = abs((ours - databases).total_seconds())
    if seconds < 2:
        return Finding("clock", "ok", "Our clock and the database's agree.")
    level: Level = "problem" if seconds >= 60 else "warning"
    return Finding(
        "clock",
        level,
        f"Our clock and the database's differ by {seconds:.0f} s (ours: {ours:%Y-%m-%d %H:%M:%S} UTC).",
        "Let both machines take their time from the same server (NTP).",
    )
