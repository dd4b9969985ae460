"""A report made of a mail: its kind guessed from the words, its place only proposed, its photos made anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.errors import N_
from app.models import SYSTEM
from app.models.address import ascii_address
from app.routing import find_categories
from app.services.drafts import MAX_DESCRIPTION, MAX_PHOTOS, ReportDraft, ReporterDraft
from app.services.mail_place import place_of
from app.services.photos import take_photo
from app.services.reporting import submit_report
from app.storage import PhotoRefused
from app.text import translate

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.delivery.incoming import Head, Incoming
    from app.models import Report
    from app.routing import Rules
    from app.services.office import Office

OTHER = "other"
LONGEST_REST = 20_000
LEFT_OUT = N_("The mail had more that could not be taken in: %(what)s")
REST = N_("The rest of the mail:")
MORE_PHOTOS = N_("more than five photos")
BROKEN_PHOTOS = N_("photos that could not be read")


@dataclass(frozen=True, slots=True)
class MailDraft:
    """The report, and where it may be: (lat, lon, "text" or "photo")."""

    report: Report
    place: tuple[float, float, str] | None


def make(office: Office, session: Session, head: Head, incoming: Incoming, *, at: datetime) -> MailDraft:
    """The stored report, without a place; its receipt goes to the sender, whose address nothing proves."""
    rules = office.rules
    words = written(head, incoming.text)
    photo_ids, refused = take_pictures(office, session, incoming.pictures, once=head.key, at=at)
    name = head.sender_name if "@" not in head.sender_name else ""
    draft = ReportDraft(
        category=kind_of(rules, words),
        description=cut(words),
        photo_ids=tuple(photo_ids),
        reporter=ReporterDraft(name=name, email=ascii_address(head.sender), language=rules.default_language),
        channel="email",
    )
    report = submit_report(session, draft, rules=rules, at=at, unfinished=True)
    note_rest(session, report, rules, words, [*incoming.left_out, *refused], at=at)
    place = place_of(rules, text=words, links=incoming.links, pictures=incoming.pictures)
    return MailDraft(report, place)


def written(head: Head, text: str) -> str:
    """The subject, where it says something that the words do not, and the words."""
    subject = head.subject.strip()
    return text if not subject or subject.lower() in text.lower() else f"{subject}\n\n{text}".strip()


def kind_of(rules: Rules, words: str) -> str:
    """The kind that the words mean best; "other" where they mean none."""
    for lang in dict.fromkeys((rules.default_language, "nb", "en")):
        found = find_categories(rules, words, lang)
        if found:
            return found[0].code
    return OTHER if OTHER in rules.categories else list(rules.categories)[-1]


def cut(words: str) -> str:
    """As much as a description holds."""
    return words if len(words) <= MAX_DESCRIPTION else f"{words[: MAX_DESCRIPTION - 2].rstrip()} …"


def take_pictures(
    office: Office, session: Session, pictures: Iterable[bytes], *, once: str, at: datetime
) -> tuple[list[uuid.UUID], list[str]]:
    """(the photos kept, at most five; what became of the others in words)."""
    lang, broken, more = office.rules.default_language, 0, 0
    kept: list[uuid.UUID] = []
    most = office.settings.photo_max_bytes
    for data in pictures:
        if len(kept) == MAX_PHOTOS:
            more += 1
            continue
        try:
            photo = take_photo(session, office.photos, data, at=at, most_bytes=most, once=f"mail:{once}")
        except PhotoRefused:
            broken += 1
        else:
            kept += [photo.id] if photo.id not in kept else []
    said = [translate(MORE_PHOTOS, lang)] if more else []
    return kept, said + ([translate(BROKEN_PHOTOS, lang)] if broken else [])


def note_rest(session: Session, report: Report, rules: Rules, words: str, left_out: list[str], *, at: datetime) -> None:
    """What did not fit stands in notes for staff, so that nothing is lost without a word."""
    lang = rules.default_language
    if len(words) > MAX_DESCRIPTION:
        rest = words[MAX_DESCRIPTION - 2 :][:LONGEST_REST].strip()
        report.note(actor=SYSTEM, at=at, words=f"{translate(REST, lang)}\n\n{rest}", public=False)
    if left_out:
        told = translate(LEFT_OUT, lang, what=", ".join(left_out))
        report.note(actor=SYSTEM, at=at, words=told, public=False)
    session.flush()
