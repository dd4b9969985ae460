"""The worker's look into the mailbox: each unread mail is taken in, and marked as read only after that is stored."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from app.delivery.imap import MailboxDown, opened
from app.services.mail_intake import Mail, take_in

if TYPE_CHECKING:
    from app.services.mail_intake import Outcome
    from app.services.office import Office

log = logging.getLogger(__name__)


def run(office: Office) -> Counter[Outcome]:
    """How many of each outcome; nothing without a mailbox in the settings. A server that is down is asked again later.

    A crash between storing and marking reads a mail once more, which makes nothing of it.
    """
    done: Counter[Outcome] = Counter()
    if not office.settings.mailbox_host:
        return done
    try:
        with opened(office.settings) as mailbox:
            for unread in mailbox.unread():
                done[take_in(office, Mail(unread.data, unread.size))] += 1
                mailbox.mark(unread.uid)
    except MailboxDown as down:
        log.warning("The mailbox could not be read: %s", down)
    if done:
        log.info("Mails read: %s", {outcome.value: count for outcome, count in done.items()})
    return done
