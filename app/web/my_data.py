"""A person's own data as sections of names and values, the same on the page and in the PDF; and who is asking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from fastapi import Request
from sqlalchemy.orm import Session

from app.errors import N_
from app.models import Report
from app.services.my_data import Teller, collect
from app.services.my_data_file import (
    Event,
    FollowedPlace,
    FollowedReport,
    MailIn,
    PersonData,
    PhotoData,
    Recipient,
    ReportData,
    SignIn,
)
from app.services.rating import SCORE_WORDS
from app.text import show_date, show_datetime, translate
from app.web.state import AppState

CHANNELS: dict[str, str] = {
    "web": N_("The web form"),
    "api": N_("A program"),
    "phone": N_("The service desk, by phone"),
    "counter": N_("The service desk, at the counter"),
    "email": N_("E-mail"),
    "import": N_("An earlier system"),
}
KEPT: dict[str, str] = {
    "contact": N_("Name, e-mail address and phone number"),
    "unconfirmed": N_("The unconfirmed e-mail address"),
    "words": N_("Words that nobody else may read"),
    "held_photos": N_("Photos that were not let through"),
    "rating": N_("What you wrote about the service"),
    "mails": N_("Which mails we sent"),
    "supports": N_("The code of your browser"),
    "form_keys": N_("The code of the form you sent"),
}
MAILS: dict[str, str] = {
    "receipt": N_("Receipt"),
    "status": N_("News about the report"),
    "question": N_("A question from the service desk"),
}


@dataclass(frozen=True)
class Section:
    """A heading, names with values, lines (when, what), and photos."""

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    photos: list[PhotoData] = field(default_factory=list)
    level: int = 3


@dataclass(frozen=True)
class Holder:
    """Who asks for their own data: the holder of a report's link, or the owner of an address (`email`)."""

    request: Request
    session: Session
    state: AppState
    reports: Sequence[Report]
    path: str
    home: str
    lang: str
    at: datetime
    email: str | None = None

    @property
    def teller(self) -> Teller:
        """In which language and by which settings."""
        settings = self.state.settings
        base_url = settings.public_url or str(self.request.base_url)
        rules = self.state.rules_file.current
        return Teller(rules, settings, self.state.secret, base_url.rstrip("/"), self.lang, self.at)

    def collect(self) -> PersonData:
        """Everything, as it is now."""
        return collect(self.session, reports=self.reports, email=self.email, teller=self.teller)

    @property
    def name(self) -> str:
        """How the files are called: by the report's reference, never by the address."""
        return f"gatami-{self.reports[0].shown_reference}" if self.email is None else "gatami-my-data"


def kept_kinds(data: PersonData) -> set[str]:
    """Of which kinds of data there is something; backups hold all of it."""
    reports = data.reports
    kinds = {kind for report in reports for kind in report.kept_until}
    kinds |= {"report"} if reports else set()
    kinds |= {"public"} if any(_is_public(report) for report in reports) else set()
    given: list[FollowedReport | FollowedPlace] = [*data.followed_reports, *data.followed_places]
    kinds |= {"supports"} if data.followed_reports else set()
    kinds |= {"place_follows"} if data.followed_places else set()
    kinds |= {"unconfirmed"} if any(one.confirmed_at is None for one in given) else set()
    kinds |= {"ended"} if any(one.ended_at is not None for one in given) else set()
    kinds |= {"links" if one.what == "link" else "residents" for one in data.sign_ins}
    kinds |= {"mails_in"} if data.mails_in else set()
    return kinds | {"backups"} if kinds else kinds


def _is_public(report: ReportData) -> bool:
    return (bool(report.words) and report.words_public) or any(photo.public for photo in report.photos)


def sections(data: PersonData, lang: str) -> Iterator[Section]:
    """All that is kept, in words."""
    say = Words(lang, {rule.kind: rule.until for rule in data.rules})
    for report in data.reports:
        yield from say.report(report)
    if data.followed_reports:
        lines = [say.followed_report(one) for one in data.followed_reports]
        yield Section(translate(N_("Reports of others that you follow"), lang), lines=lines, level=2)
    if data.followed_places:
        lines = [say.followed_place(one) for one in data.followed_places]
        yield Section(translate(N_("Places that you follow"), lang), lines=lines, level=2)
    if data.sign_ins:
        lines = [say.sign_in(one) for one in data.sign_ins]
        yield Section(translate(N_("Links and browsers that sign you in"), lang), lines=lines, level=2)
    if data.mails_in:
        lines = [say.mail_in(one) for one in data.mails_in]
        yield Section(translate(N_("Mails that you sent us"), lang), lines=lines, level=2)


@dataclass(frozen=True)
class Words:
    """Says data in one language; `until` is how long each kind is kept, in words."""

    lang: str
    until: dict[str, str]

    def report(self, report: ReportData) -> Iterator[Section]:
        """One report, part by part; empty parts are left out."""
        yield Section(f"{report.kind_in_words}, {report.reference}", rows=_filled(self._facts(report)), level=2)
        if report.contact:
            yield Section(self._t(N_("Who you are")), rows=_filled(self._contact(report)))
        if report.photos:
            yield Section(self._t(N_("Your photos")), photos=report.photos)
        yield Section(self._t(N_("What has happened")), lines=[self._event(one) for one in report.history])
        if report.mails:
            lines = [
                (self._time(one.sent_at or one.queued_at), self._t(MAILS.get(one.kind, one.kind)))
                for one in report.mails
            ]
            yield Section(self._t(N_("Mails to you")), lines=lines)
        if report.given_to:
            yield Section(self._t(N_("Who got the report")), lines=[self._recipient(one) for one in report.given_to])
        until = [
            (self._t(KEPT[kind]), self._until(kind, day)) for kind, day in report.kept_until.items() if kind in KEPT
        ]
        yield Section(self._t(N_("Until when we keep it")), rows=until)

    def followed_report(self, one: FollowedReport) -> tuple[str, str]:
        """Since when, and which."""
        return self._time(one.since), f"{one.reference} ({one.email})"

    def followed_place(self, one: FollowedPlace) -> tuple[str, str]:
        """Since when, and where."""
        reach = one.street or f"{one.lat:.5f}, {one.lon:.5f}, {one.radius} m"
        return self._time(one.since), f"{one.label}: {reach}" if one.label else reach

    def sign_in(self, one: SignIn) -> tuple[str, str]:
        """When, and what."""
        what = N_("A link by e-mail") if one.what == "link" else N_("A browser that is signed in")
        return self._time(one.at), self._t(what)

    def mail_in(self, one: MailIn) -> tuple[str, str]:
        """When, and what stood in it."""
        return self._time(one.at), ": ".join(part for part in (one.subject, one.words) if part)

    def _facts(self, report: ReportData) -> Iterator[tuple[str, str]]:
        place = report.place
        yield self._t(N_("Status")), report.status_in_words
        yield self._t(N_("Written")), self._time(report.written_at)
        yield self._t(N_("Reported")), self._time(report.received_at)
        yield self._t(N_("To be done by")), self._time(report.due_at)
        yield self._t(N_("Closed")), self._time(report.closed_at)
        yield self._t(N_("Sent by")), self._t(CHANNELS.get(report.channel, report.channel))
        yield self._t(N_("Coordinates")), "" if place.lat is None else f"{place.lat:.5f}, {place.lon:.5f}"
        yield self._t(N_("Address")), place.address or ""
        yield self._t(N_("Nearest address")), place.nearest_address or ""
        yield self._t(N_("Road")), place.road or ""
        yield self._t(N_("Lamp")), place.lamp or ""
        yield self._t(N_("Your words")), report.words or ""
        if report.words:
            yield self._t(N_("Who may read them")), self._t(self._readers(report))
        if report.words_for_others is not None:
            yield self._t(N_("As others read them")), report.words_for_others
        for answer in report.answers:
            yield answer.question, answer.answer
        if report.rating:
            yield self._t(N_("How satisfied you are")), self._t(SCORE_WORDS[report.rating.score])
            yield self._t(N_("What you wrote about the service")), report.rating.words or ""
        if report.others:
            yield self._t(N_("Others who reported the same")), str(report.others)
        if report.internal_notes:
            yield self._t(N_("Notes among staff")), str(report.internal_notes)

    def _readers(self, report: ReportData) -> str:
        if report.words_withheld_at:
            return N_("Staff only: you asked for that")
        return N_("Everybody: the service desk let them through") if report.words_public else N_("Staff only")

    def _contact(self, report: ReportData) -> Iterator[tuple[str, str]]:
        who = report.contact
        if who is not None:
            yield self._t(N_("Name")), who.name or ""
            yield self._t(N_("E-mail address")), who.email or ""
            yield self._t(N_("Phone")), who.phone or ""
            yield self._t(N_("Confirmed")), self._time(who.confirmed_at)
            yield self._t(N_("No more mails since")), self._time(who.stopped_at)
            yield self._t(N_("Mails come back since")), self._time(who.bounced_at)

    def _event(self, one: Event) -> tuple[str, str]:
        hands = {"you": N_("you"), "staff": N_("staff"), "system": N_("by itself"), "contractor": N_("a contractor")}
        said = f"{one.in_words} ({self._t(hands.get(one.by, N_('an earlier system')))})"
        said = f"{said}: {one.unit}" if one.unit else said
        return self._time(one.at), f"{said}. {one.words}" if one.words else said

    def _recipient(self, one: Recipient) -> tuple[str, str]:
        with_contact = N_("with your contact details") if one.contact_included else N_("without your contact details")
        return self._time(one.at), f"{one.unit}, {self._t(with_contact)}"

    def _until(self, kind: str, day: date | None) -> str:
        """The day, or the rule while the report is open."""
        return show_date(day, self.lang) if day is not None else self.until[kind]

    def _time(self, moment: datetime | None) -> str:
        return show_datetime(moment, self.lang) if moment is not None else ""

    def _t(self, message: str) -> str:
        return translate(message, self.lang)


def _filled(rows: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in rows if value]
