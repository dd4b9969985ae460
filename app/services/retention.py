"""What is kept about people, why, and until when: one list for the sweep, the privacy page and everybody's own data.

Nothing else decides how long something is kept, so what the pages say and what the worker does cannot differ.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert

from app.db import transaction
from app.errors import N_
from app.models import RetentionRun
from app.services import retention_sweeps as sweeps
from app.services.retention_rule import Period, Rule
from app.services.written import LONGEST_WAIT

if TYPE_CHECKING:
    from app.services.office import Office
    from app.services.retention_sweeps import Sweep

log = logging.getLogger(__name__)


ANSWERING = N_("To answer you, and to ask when we need to know more.")
MENDING = N_("So that those who mend it know what is wrong.")
TELLING = N_("To tell you how it goes, because you asked for it.")
ONCE = N_("So that a report that is sent twice is stored once.")
AFTER_CLOSING = N_("%(period)s after the report is closed.")

RULES: tuple[Rule, ...] = (
    Rule(
        "contact",
        N_("Your name, e-mail address and phone number, when you gave them"),
        ANSWERING,
        AFTER_CLOSING,
        setting="contact_months",
        since="closed",
        sweeps=(sweeps.REPORTS,),
    ),
    Rule(
        "unconfirmed",
        N_("An e-mail address that nobody confirmed"),
        N_("So that you can confirm it with the button in the mail."),
        N_("%(period)s after you gave it."),
        setting="unconfirmed_days",
        since="created",
        sweeps=(sweeps.UNCONFIRMED, sweeps.UNCONFIRMED_SUPPORTS, sweeps.UNCONFIRMED_FOLLOWS),
    ),
    Rule(
        "words",
        N_("What you wrote and nobody else may read: words, typed answers and addresses; and the staff's own notes"),
        MENDING,
        AFTER_CLOSING,
        setting="contact_months",
        since="closed",
    ),
    Rule(
        "held_photos",
        N_("Photos that the service desk did not let through, or as they were before parts were made unreadable"),
        MENDING,
        AFTER_CLOSING,
        setting="photo_days",
        since="closed",
        sweeps=(sweeps.HELD_PHOTOS, sweeps.ORIGINALS),
    ),
    Rule(
        "unsent_photos",
        N_("Photos that you chose but did not send"),
        N_("So that they are there when you send the form."),
        N_("%(period)s after they came."),
        given=Period(hours=24),
        sweeps=(sweeps.UNSENT_PHOTOS,),
    ),
    Rule(
        "rating",
        N_("What you wrote when you said how satisfied you are"),
        N_("To become better. The number you gave stays, without you."),
        AFTER_CLOSING,
        setting="contact_months",
        since="closed",
    ),
    Rule(
        "mails",
        N_("Which mails we sent you and when, but not what stood in them"),
        N_("So that no mail goes out twice."),
        AFTER_CLOSING,
        setting="contact_months",
        since="closed",
    ),
    Rule(
        "supports",
        N_("The e-mail address with which you follow somebody else's report, and a code for your browser there"),
        TELLING,
        N_("Until you say stop, and at most %(period)s after the report is closed."),
        setting="contact_months",
        since="closed",
    ),
    Rule(
        "place_follows",
        N_("The places that you follow, and the e-mail address for them"),
        TELLING,
        N_("Until you say stop. When mails come back, %(period)s more."),
        setting="contact_months",
        sweeps=(sweeps.DEAD_FOLLOWS,),
    ),
    Rule(
        "ended",
        N_("Addresses that no longer get mails"),
        N_("For the button in a mail that is on its way."),
        N_("%(period)s after the last word."),
        given=Period(days=7),
        sweeps=(sweeps.ENDED_SUPPORTS, sweeps.ENDED_FOLLOWS),
    ),
    Rule(
        "links",
        N_("The e-mail address with which you asked for a link to your reports"),
        N_("So that the link works once, and that you can ask for a new one."),
        N_("%(period)s after you asked."),
        given=Period(days=7),
        sweeps=(sweeps.LINKS,),
    ),
    Rule(
        "residents",
        N_("That a browser is signed in with your e-mail address"),
        N_("So that you need not ask for a link each time."),
        N_("%(period)s after you signed in, or until you sign out."),
        setting="mine_days",
        sweeps=(sweeps.RESIDENTS,),
    ),
    Rule(
        "place_mails",
        N_("Which mails about places you follow we sent you and when, and what happened at those places"),
        N_("So that no mail goes out twice."),
        N_("%(period)s after they were made, or until you say stop."),
        given=Period(days=60),
        sweeps=(sweeps.PLACE_MAILS, sweeps.PLACE_EVENTS),
    ),
    Rule(
        "form_keys",
        N_("A code of the form that you sent"),
        ONCE,
        N_("%(period)s after it came."),
        given=Period(days=LONGEST_WAIT.days + 1),
        since="created",
        sweeps=(sweeps.FORM_KEYS,),
    ),
    Rule(
        "buckets",
        N_("How much came from one network and with one e-mail address, under a code in place of the address"),
        N_("So that nobody floods us."),
        N_("%(period)s after the last time."),
        given=Period(hours=24),
        sweeps=(sweeps.BUCKETS,),
    ),
    Rule(
        "mails_in",
        N_("A mail that you sent us and that did not become a report by itself"),
        N_("So that the service desk can see to it. Of a mail that became a report nothing else is kept."),
        N_("Until the service desk has seen to it, and at most %(period)s after it came."),
        given=Period(days=90),
        sweeps=(sweeps.MAILS_IN,),
    ),
    Rule(
        "field_words",
        N_("What a crew wrote on its round and that belongs to no report"),
        N_("So that its unit can see what the crew met."),
        N_("%(period)s after the round was over and the words had come."),
        setting="contact_months",
        sweeps=(sweeps.FIELD_WORDS,),
    ),
    Rule(
        "register_answers",
        N_("What registers said about a place: its address, and whose road it is"),
        N_("So that the registers are not asked each time. They do not see who asks."),
        N_("%(period)s after they were asked."),
        given=Period(days=30),
        sweeps=(sweeps.ANSWERS,),
    ),
    Rule(
        "sights",
        N_("Which of the staff opened your report, and when"),
        N_("So that it can be found out afterwards whether anybody read what was not theirs to read."),
        N_("%(period)s after they opened it."),
        setting="sight_months",
        sweeps=(sweeps.SIGHTS,),
    ),
    Rule(
        "logs",
        N_("Logs of the server"),
        N_("To find faults. No names, e-mail addresses, network addresses or secret links stand in them."),
        N_("As long as the municipality's machine keeps them."),
    ),
    Rule(
        "backups",
        N_("Backups of all this"),
        N_("So that nothing is lost. What you had deleted is deleted again when a backup is put back."),
        N_("%(period)s after they were made."),
        setting="backup_days",
    ),
    Rule(
        "public",
        N_("Words and photos that the service desk let everybody read"),
        N_("They are on public record."),
        N_("They stay. They go when you have them deleted."),
    ),
    Rule(
        "report",
        N_("The place, the kind of fault, the dates, what we did and what we answered"),
        N_("So that we learn where things break, and can show what was done: the archive act asks for that."),
        N_("It stays, without you."),
    ),
    # For those who run the service.
    Rule("api_keys", given=Period(hours=24), sweeps=(sweeps.KEYS,)),
    Rule("sign_in_attempts", given=Period(hours=1), sweeps=(sweeps.ATTEMPTS,)),
    Rule("staff_sessions", given=Period(days=30), sweeps=(sweeps.SESSIONS,)),
    Rule("mail_files", given=Period(days=30), sweeps=(sweeps.MAIL_FILES,)),
)
BY_KIND = {rule.kind: rule for rule in RULES}


def run(office: Office) -> dict[str, int]:
    """Everything whose time is over goes; gives how many of each kind, and writes down that it was done."""
    at = office.clock()
    counts: dict[str, int] = {}
    for rule, sweep, before in _due(office, at=at):
        counts[rule.kind] = counts.get(rule.kind, 0) + sweeps.run(office, sweep, before=before, at=at)
    told = {"at": at, "counts": counts}
    with transaction(office.session_factory) as session:
        statement = insert(RetentionRun).values(id=1, **told)
        session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=told))
    return counts


def count(office: Office) -> dict[str, int]:
    """How many of each kind would go now; changes nothing."""
    counts: dict[str, int] = {}
    for rule, sweep, before in _due(office, at=office.clock()):
        counts[rule.kind] = counts.get(rule.kind, 0) + sweep.count(office, before)
    return counts


def _due(office: Office, *, at: datetime) -> Iterator[tuple[Rule, Sweep, datetime]]:
    zone = office.rules.timezone
    for rule in RULES:
        for sweep in rule.sweeps:
            yield rule, sweep, rule.period(office.settings).before(at, zone=zone)
