"""Collecting the file of one report: everything that is kept about it, whole or without what is personal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.errors import N_
from app.models import ActorKind, Forwarding, Notification, Report, Role, Sight, Staff, Update
from app.models.reference import show_reference
from app.queries.visible import report_for
from app.routing import Reason
from app.services import report_file as file
from app.services.outside import is_chosen, without_people
from app.text import UPDATE_WORDS, status_word, translate

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Photo
    from app.routing import Rules

ROLE_WORDS: dict[str, str] = {
    Role.DESK: N_("The service desk"),
    Role.UNIT: N_("A unit member"),
    Role.CREW: N_("A crew"),
    Role.ADMIN: N_("An administrator"),
}
ACTOR_WORDS: dict[str, str] = {
    ActorKind.REPORTER: N_("The reporter"),
    ActorKind.SYSTEM: N_("The service itself"),
    ActorKind.STAFF: N_("The staff"),
    ActorKind.IMPORT: N_("An earlier system"),
    ActorKind.CONTRACTOR: N_("A contractor"),
}
_ALL = (
    joinedload(Report.asset),
    joinedload(Report.reporter),
    joinedload(Report.rating),
    joinedload(Report.duplicate_of),
    selectinload(Report.photos),
    selectinload(Report.updates).joinedload(Update.note),
    selectinload(Report.forwardings).selectinload(Forwarding.deliveries),
)


@dataclass(frozen=True)
class Clerk:
    """Who makes the file, in which language, and whether what is personal is left out."""

    staff: Staff
    rules: Rules
    lang: str
    at: datetime
    masked: bool
    people: dict[int, tuple[str, str]]

    def name(self, staff_id: int | None, actor: str = ActorKind.STAFF) -> str:
        """The person, or the role when masked; of others than staff what they are."""
        name, role = self.people.get(staff_id or 0, ("", ""))
        if not role:
            return translate(ACTOR_WORDS.get(actor, actor), self.lang)
        return translate(ROLE_WORDS[role], self.lang) if self.masked else name

    def unit(self, code: str | None) -> str | None:
        """The unit as people read it."""
        unit = self.rules.units.get(code or "")
        return unit.name(self.lang) if unit else code


def make(
    session: Session, reference: str, *, staff: Staff, rules: Rules, lang: str, at: datetime, masked: bool
) -> file.ReportFile:
    """Everything about the report, for somebody who may act on it. Raises NotFound. Ten queries, however long it is."""
    report = report_for(session, staff, reference, *_ALL, to_act=True)
    rows = session.execute(select(Staff.id, Staff.name, Staff.role))
    people = {staff_id: (name, role) for staff_id, name, role in rows}
    clerk = Clerk(staff, rules, lang, at, masked, people)
    category = rules.categories.get(report.category_code)
    return file.ReportFile(
        reference=report.shown_reference,
        municipality=rules.municipality.name(lang),
        made_at=at,
        made_by=clerk.name(staff.id),
        masked=masked,
        category=category.name(lang) if category else report.category_code,
        status_in_words=status_word(report.status, lang),
        **_codes(report),
        **_place(report, masked=masked),
        unit=clerk.unit(report.unit_code),
        proposed_unit=clerk.unit(report.proposed_unit_code),
        proposed_because=Reason.from_data(report.proposal_reason).text(lang) if report.proposal_reason else "",
        duplicate_of=report.duplicate_of.shown_reference if report.duplicate_of else None,
        duplicates=_duplicates(session, report),
        supporters=report.support_count,
        **_said(report, clerk),
        photos=[_photo(photo, report, masked=masked) for photo in report.photos],
        history=[_event(update, report, clerk) for update in report.updates],
        forwardings=[_forwarding(one, clerk) for one in report.forwardings],
        mails=_mails(session, report),
        seen_by=_sights(session, report, clerk),
    )


def _codes(report: Report) -> dict[str, Any]:
    names = ("category_code", "status", "channel", "written_at", "due_at", "closed_at", "hidden_at", "private",
             "proposed_rule")  # fmt: skip
    return {"received_at": report.created_at, **{name: getattr(report, name) for name in names}}


def _place(report: Report, *, masked: bool) -> dict[str, Any]:
    """An address that the reporter wrote is theirs as their words are; the register's is everybody's."""
    own = report.address if not masked else report.public_address if report.nearest_address is None else None
    return {
        "lat": report.lat,
        "lon": report.lon,
        "address": own,
        "nearest_address": report.nearest_address,
        "road": report.road_ref,
        "road_owner": report.road_owner,
        "lamp": report.asset.number if report.asset else None,
    }


def _said(report: Report, clerk: Clerk) -> dict[str, Any]:
    """What the reporter gave: words, answers, contact data, and how satisfied the person was."""
    masked, reporter, rating = clerk.masked, report.reporter, report.rating
    known = reporter is not None and any((reporter.name, reporter.email, reporter.phone))
    words = report.public_words if masked else report.description
    words = without_people(words, reporter) if words and masked else words
    given = [one for one in report.answers if not masked or is_chosen(one)]
    answers = clerk.rules.answers_in_words(report.category_code, given, clerk.lang)
    contact = None
    if reporter is not None and known and not masked:
        contact = file.FileContact(
            name=reporter.name, email=reporter.email, phone=reporter.phone, language=reporter.language,
            confirmed_at=reporter.confirmed_at,
        )  # fmt: skip
    return {
        "words": words,
        "words_public": report.text_public,
        "words_left_out": words != report.description,
        "answers": [file.FileAnswer(question=question, answer=answer) for question, answer in answers],
        "contact": contact,
        "contact_left_out": masked and known,
        "rating": rating.score if rating else None,
        "rating_words": rating.words if rating and not masked else None,
    }


def _photo(photo: Photo, report: Report, *, masked: bool) -> file.FilePhoto:
    everybody = photo.public and (photo.by_crew or report.words_withheld_at is None)
    return file.FilePhoto(
        id=photo.id,
        received_at=photo.created_at,
        by_crew=photo.by_crew,
        public=photo.public,
        blurred_at=photo.blurred_at,
        shown=everybody or not masked,
    )


def _event(update: Update, report: Report, clerk: Clerk) -> file.FileEvent:
    """When masked, of words only those that staff wrote for everybody, without names and contact data."""
    note = update.note
    readable = note is not None and (not clerk.masked or (note.public and update.actor_kind == ActorKind.STAFF))
    words = note.body if note is not None and readable else None
    return file.FileEvent(
        at=update.at,
        what=update.kind,
        in_words=translate(UPDATE_WORDS.get(update.kind) or update.kind, clerk.lang),
        by=clerk.name(update.staff_id, update.actor_kind),
        public=update.public,
        unit=clerk.unit(update.unit_code),
        from_status=update.from_status,
        to_status=update.to_status,
        undone=bool(update.data.get("undone")),
        words=without_people(words, report.reporter) if words and clerk.masked else words,
        details={} if clerk.masked else update.data,
    )


def _forwarding(forwarding: Forwarding, clerk: Clerk) -> file.FileForwarding:
    return file.FileForwarding(
        at=forwarding.at,
        unit=clerk.unit(forwarding.unit_code) or forwarding.unit_code,
        by=clerk.name(forwarding.by_id),
        for_information=forwarding.for_information,
        rule=forwarding.rule,
        corrected=forwarding.corrected,
        taken_back_at=forwarding.undone_at,
        deliveries=[
            file.FileDelivery(
                kind=one.kind,
                channel=one.channel,
                address=None if clerk.masked else one.address,
                state=one.state,
                queued_at=one.created_at,
                sent_at=one.sent_at,
                attempts=one.attempts,
            )
            for one in forwarding.deliveries
        ],
    )


def _mails(session: Session, report: Report) -> list[file.FileMail]:
    query = select(Notification).where(Notification.report_id == report.id).order_by(Notification.id)
    return [
        file.FileMail(
            kind=one.kind,
            to="supporter" if one.support_id else "reporter",
            state=one.state,
            queued_at=one.created_at,
            sent_at=one.sent_at,
        )
        for one in session.scalars(query)
    ]


def _duplicates(session: Session, report: Report) -> list[str]:
    query = select(Report.reference).where(Report.duplicate_of_id == report.id).order_by(Report.id)
    return [show_reference(reference) for reference in session.scalars(query)]


def _sights(session: Session, report: Report, clerk: Clerk) -> list[file.FileSight]:
    query = select(Sight).where(Sight.report_id == report.id).order_by(Sight.at, Sight.id)
    return [file.FileSight(at=one.at, by=clerk.name(one.staff_id), what=one.what) for one in session.scalars(query)]
