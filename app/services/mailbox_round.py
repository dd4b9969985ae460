"""The worker's look into the mailbox: each unread mail is taken in, and marked as read only after that is stored."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy.exc import InterfaceError, OperationalError

from app.delivery.imap import MailboxDown, opened
from app.services.mail_intake import Mail, take_in

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

    from app.delivery.imap import Mailbox, Unread
    from app.services.mail_intake import Outcome
    from app.services.office import Office

log = logging.getLogger(__name__)


def run(office: Office) -> Counter[Outcome]:
    """How many of each outcome; nothing without a mailbox in the settings. A server that is down is asked again later.

    A crash between storing and marking reads a mail once more, which makes nothing of it. A mail that cannot be
    stored stays unread for the next round, and those behind it are read; raises when the database does not answer.
    """
    done: Counter[Outcome] = Counter()
    if not office.settings.mailbox_host:
        return done
    try:
        with opened(office.settings) as mailbox:
            _read_all(office, mailbox, done)
    except MailboxDown as down:
        log.warning("The mailbox could not be read: %s", down)
    if done:
        log.info("Mails read: %s", {outcome.value: count for outcome, count in done.items()})
    return done


def _read_all(office: Office, mailbox: Mailbox, done: Counter[Outcome]) -> None:
    silent: DBAPIError | None = None
    for unread in mailbox.unread():
        try:
            outcome = _take_in(office, unread)
        except (OperationalError, InterfaceError) as error:
            if silent is not None:  # Twice means that it is not the mail.
                raise
            silent = error
            continue
        if outcome is not None:
            done[outcome] += 1
            mailbox.mark(unread.uid)
    if silent is not None:
        raise silent


def _take_in(office: Office, unread: Unread) -> Outcome | None:
    """What became of it; None where it stays for the next round, which counts the attempts."""
    try:
        return take_in(office, Mail(unread.data, unread.size))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  (whatever it stumbled over, the next mails must not wait for it)
        log.error("A mail could not be stored: %s", type(error).__name__)  # noqa: TRY400  (its words would be in it)
        return None
