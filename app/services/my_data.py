"""Access (GDPR, article 15): everything kept about one person, collected for its owner and nobody else.

Of other people nothing: supporters are a number, staff are "staff". Notes among staff are counted and not shown: a
secret link is enough to read one's own data, but access to the municipality's own papers is decided by the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.models import (
    ActorKind,
    Forwarding,
    IdempotencyKey,
    Notification,
    Report,
    SendingState,
    Support,
    Update,
    UpdateKind,
)
from app.models.links import photo_key
from app.services import my_data_file as file
from app.services import my_data_of_address, retention
from app.text import UPDATE_WORDS, status_word, translate

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from app.models import Photo
    from app.routing import Rules
    from app.settings import Settings

_BY = {
    ActorKind.REPORTER: "you",
    ActorKind.STAFF: "staff",
    ActorKind.SYSTEM: "system",
    ActorKind.CONTRACTOR: "contractor",
}
_LEFT_US = {SendingState.SENDING, SendingState.SENT, SendingState.UNKNOWN}
_OWN = (
    joinedload(Report.asset),
    joinedload(Report.reporter),
    joinedload(Report.rating),
    selectinload(Report.updates).joinedload(Update.note),
    selectinload(Report.photos),
    selectinload(Report.forwardings).selectinload(Forwarding.deliveries),
)


@dataclass(frozen=True)
class Teller:
    """In whose words and by whose settings it is told; `base_url` is what links to photos begin with."""

    rules: Rules
    settings: Settings
    secret: bytes
    base_url: str
    lang: str
    at: datetime

    def kind(self, code: str) -> str:
        """The kind of fault as people read it."""
        category = self.rules.categories.get(code)
        return category.name(self.lang) if category else code

    def unit(self, code: str | None) -> str | None:
        """The unit as people read it."""
        unit = self.rules.units.get(code or "")
        return unit.name(self.lang) if unit else code

    def photo(self, photo: Photo, nonce: str, size: str = "") -> str:
        """The address under which a photo opens for its owner."""
        key = photo_key(photo.id, nonce=nonce, secret=self.secret)
        return f"{self.base_url}/photos/{photo.id}{size}.jpg?key={key}"


def collect(
    session: Session, *, reports: Sequence[Report], email: str | None = None, teller: Teller
) -> file.PersonData:
    """All of these reports and, with an address that its owner showed to be theirs, all that belongs to it."""
    ids = [report.id for report in reports]
    query = select(Report).where(Report.id.in_(ids)).options(*_OWN).execution_options(populate_existing=True)
    loaded = session.scalars(query.order_by(Report.created_at.desc(), Report.id.desc())).unique().all()
    mails = _mails(session, ids)
    marked = set(session.scalars(select(Support.report_id).where(Support.report_id.in_(ids), Support.own)))
    sent = set(session.scalars(select(IdempotencyKey.report_id).where(IdempotencyKey.report_id.in_(ids))))
    return file.PersonData(
        schema_=f"{teller.base_url}{file.SCHEMA_PATH}",
        made_at=teller.at,
        municipality=teller.rules.municipality.name(teller.lang),
        email=email,
        rules=kept_rules(teller.settings, teller.lang),
        reports=[
            _report(one, mails.get(one.id, []), teller, marked=one.id in marked, sent=one.id in sent) for one in loaded
        ],
        followed_reports=my_data_of_address.followed_reports(session, email),
        followed_places=my_data_of_address.followed_places(session, email),
        sign_ins=my_data_of_address.sign_ins(session, email),
        mails_in=my_data_of_address.mails_in(session, email),
    )


def kept_rules(settings: Settings, lang: str, *, kinds: Collection[str] | None = None) -> list[file.KeptRule]:
    """The list of what is kept, in words; `kinds` picks some."""
    return [
        file.KeptRule(
            kind=rule.kind,
            what=translate(rule.what, lang),
            why=translate(rule.why, lang),
            until=rule.until_in_words(settings, lang),
        )
        for rule in retention.RULES
        if rule.what and (kinds is None or rule.kind in kinds)
    ]


def kept_until(report: Report, teller: Teller) -> dict[str, date | None]:
    """Of one report: the last day of each kind that is counted from its receipt or its end."""
    found: dict[str, date | None] = {}
    for rule in retention.RULES:
        if rule.since is None:
            continue
        since = report.created_at if rule.since == "created" else report.closed_at
        period = rule.period(teller.settings)
        found[rule.kind] = period.last_day(since, zone=teller.rules.timezone) if since is not None else None
    return found


def _report(report: Report, mails: list[file.MailData], teller: Teller, *, marked: bool, sent: bool) -> file.ReportData:
    shown = [update for update in report.updates if not _is_internal(update)]
    return file.ReportData(
        reference=report.shown_reference,
        kind=report.category_code,
        kind_in_words=teller.kind(report.category_code),
        status=report.status,
        status_in_words=status_word(report.status, teller.lang),
        written_at=report.written_at,
        received_at=report.created_at,
        due_at=report.due_at,
        closed_at=report.closed_at,
        channel=report.channel,
        place=_place(report),
        words=report.description,
        words_public=report.text_public,
        words_for_others=report.words_for_others if report.masked_words is not None else None,
        words_withheld_at=report.words_withheld_at,
        answers=[
            file.Answer(question=question, answer=answer)
            for question, answer in teller.rules.answers_in_words(report.category_code, report.answers, teller.lang)
        ],
        photos=[_photo(photo, report, teller) for photo in report.photos if not photo.by_crew],
        contact=_contact(report),
        history=[_event(update, teller) for update in shown],
        internal_notes=len(report.updates) - len(shown),
        mails=mails,
        given_to=[_recipient(one, teller) for one in report.forwardings if _was_given(one)],
        rating=_rating(report),
        others=report.support_count,
        browser_code=marked,
        form_code=sent,
        kept_until=_kept_until(report, teller, {"supports": marked, "form_keys": sent, "mails": bool(mails)}),
    )


def _kept_until(report: Report, teller: Teller, there: dict[str, bool]) -> dict[str, date | None]:
    """Only for what there is."""
    reporter, contact = report.reporter, _contact(report)
    there |= {
        "contact": contact is not None,
        "unconfirmed": reporter is not None and reporter.email is not None and reporter.confirmed_at is None,
        "words": bool(report.description or report.address or report.answers),
        "held_photos": any(
            not photo.by_crew and (not photo.public or photo.original_id is not None) for photo in report.photos
        ),
        "rating": report.rating is not None and report.rating.words is not None,
    }
    return {kind: day for kind, day in kept_until(report, teller).items() if there.get(kind)}


def _place(report: Report) -> file.Place:
    return file.Place(
        lat=report.lat,
        lon=report.lon,
        address=report.address,
        nearest_address=report.nearest_address,
        road=report.road_ref,
        lamp=report.asset.number if report.asset else None,
    )


def _photo(photo: Photo, report: Report, teller: Teller) -> file.PhotoData:
    return file.PhotoData(
        id=photo.id,
        url=teller.photo(photo, report.nonce),
        thumbnail=teller.photo(photo, report.nonce, "-thumbnail"),
        received_at=photo.created_at,
        width=photo.width,
        height=photo.height,
        public=photo.public,
        blurred_at=photo.blurred_at,
    )


def _contact(report: Report) -> file.Contact | None:
    reporter = report.reporter
    if reporter is None or not (reporter.name or reporter.email or reporter.phone):
        return None
    return file.Contact.model_validate({name: getattr(reporter, name) for name in file.Contact.model_fields})


def _is_internal(update: Update) -> bool:
    """A note among staff; of other lines the words are left out where they are for staff."""
    return update.kind == UpdateKind.NOTED and not update.public


def _event(update: Update, teller: Teller) -> file.Event:
    note = update.note
    own = update.actor_kind == ActorKind.REPORTER or update.kind == UpdateKind.ASKED
    return file.Event(
        at=update.at,
        what=update.kind,
        in_words=translate(UPDATE_WORDS.get(update.kind) or update.kind, teller.lang),
        by=_BY.get(ActorKind(update.actor_kind), "earlier system"),
        unit=teller.unit(update.unit_code),
        words=note.body if note is not None and (own or note.public) else None,
    )


def _was_given(forwarding: Forwarding) -> bool:
    """An inbox shows a report at once; mails may have been taken back before they left."""
    left = any(one.state in _LEFT_US or one.channel == "inbox" for one in forwarding.deliveries)
    return forwarding.undone_at is None or left


def _recipient(forwarding: Forwarding, teller: Teller) -> file.Recipient:
    unit = teller.rules.units.get(forwarding.unit_code)
    outside = unit is None or unit.outside
    return file.Recipient(
        unit=teller.unit(forwarding.unit_code) or forwarding.unit_code,
        outside=outside,
        at=forwarding.at,
        for_information=forwarding.for_information,
        over=sorted({one.channel for one in forwarding.deliveries}),
        contact_included=not outside and not forwarding.for_information,
        taken_back_at=forwarding.undone_at,
    )


def _rating(report: Report) -> file.RatingData | None:
    rating = report.rating
    return file.RatingData(score=rating.score, words=rating.words, at=rating.at) if rating else None


def _mails(session: Session, ids: list[int]) -> dict[int, list[file.MailData]]:
    query = select(Notification).where(Notification.report_id.in_(ids), Notification.support_id.is_(None))
    found: dict[int, list[file.MailData]] = {}
    for one in session.scalars(query.order_by(Notification.id)):
        mail = file.MailData(kind=one.kind, state=one.state, queued_at=one.created_at, sent_at=one.sent_at)
        found.setdefault(one.report_id, []).append(mail)
    return found
