"""The file of one report as a PDF: what stands in the JSON, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.errors import N_
from app.services.rating import SCORE_WORDS
from app.services.report_file import FileEvent, FileForwarding, ReportFile
from app.storage import PhotoStore
from app.text import OWNER_WORDS, STATUS_WORDS, show_datetime, translate
from app.web import paper

CHANNELS: dict[str, str] = {
    "web": N_("by web"),
    "api": N_("from an app"),
    "phone": N_("by phone"),
    "counter": N_("at the counter"),
    "email": N_("by e-mail"),
    "import": N_("from another system"),
}
STATES: dict[str, str] = {
    "pending": N_("Waiting"),
    "sending": N_("On its way"),
    "sent": N_("Delivered"),
    "failed": N_("Could not be delivered"),
    "unknown": N_("Not known whether it arrived"),
    "cancelled": N_("Taken back"),
}
MAILS: dict[str, str] = {
    "receipt": N_("Receipt"),
    "status": N_("News about the report"),
    "question": N_("A question from the service desk"),
    "support": N_("Confirmation of an address that follows the report"),
    "moved": N_("To the address that the reporter had before"),
}
SIGHTS: dict[str, str] = {
    "page": N_("Opened the report"),
    "inbox": N_("Opened the report in the unit's inbox"),
    "photo_original": N_("Opened the original of a photo"),
    "export": N_("Took out the whole file"),
    "export_masked": N_("Took out the file without personal data"),
    "slip": N_("Printed the slip"),
}


def write_pdf(data: ReportFile, *, photos: PhotoStore, lang: str) -> bytes:
    """The file. Raises NotFound where the fonts are not installed."""
    paper.load_fonts()
    title = translate(N_("Report %(reference)s"), lang, reference=data.reference)
    author = f"GataMi {data.municipality}"
    subject = translate(N_("Everything that is kept about one report"), lang)
    return paper.write(
        Teller(data, photos, lang).story(title), title=f"{title} – {author}", subject=subject, author=author, lang=lang
    )


class Teller:
    """Says the file in one language."""

    def __init__(self, data: ReportFile, photos: PhotoStore, lang: str) -> None:
        self.data, self.photos, self.lang = data, photos, lang

    def story(self, title: str) -> Iterator[Any]:
        """Heading by heading; empty parts are left out."""
        data = self.data
        yield paper.heading(title, 1)
        made = self._t(N_("Made %(time)s by %(name)s."))
        yield paper.words(made % {"time": self._time(data.made_at), "name": data.made_by})
        if data.masked:
            yield paper.words(self._t(N_("Names, contact data and what is not public are left out.")))
        yield from self._part(N_("The report"), self._facts(), names=True)
        yield from self._part(N_("Who reported it"), self._contact(), names=True)
        yield from self._photos()
        yield from self._part(N_("History"), [self._event(one) for one in data.history])
        yield from self._part(N_("Sent to units"), [line for one in data.forwardings for line in self._forwarding(one)])
        mails = [
            (self._time(one.sent_at or one.queued_at), f"{self._say(MAILS, one.kind)}: {self._say(STATES, one.state)}")
            for one in data.mails
        ]
        yield from self._part(N_("Mails about the report"), mails)
        sights = [(self._time(one.at), f"{one.by}: {self._say(SIGHTS, one.what)}") for one in data.seen_by]
        yield from self._part(N_("Who has seen it"), sights)

    def _part(self, title: str, rows: list[tuple[str, str]], *, names: bool = False) -> Iterator[Any]:
        if rows:
            yield paper.heading(self._t(title))
            yield paper.table(rows, names=names)

    def _facts(self) -> list[tuple[str, str]]:
        data = self.data
        place = "" if data.lat is None else f"{data.lat:.5f}, {data.lon:.5f}"
        owner = "" if data.road_owner == "unknown" else self._say(OWNER_WORDS, data.road_owner)
        others = str(data.supporters) if data.supporters else ""
        rows = [
            (N_("Category"), data.category),
            (N_("Status"), data.status_in_words),
            (N_("Reported"), f"{self._time(data.received_at)} ({self._say(CHANNELS, data.channel)})"),
            (N_("Written"), self._time(data.written_at)),
            (N_("To be done by"), self._time(data.due_at)),
            (N_("Closed"), self._time(data.closed_at)),
            (N_("Hidden"), self._time(data.hidden_at)),
            (N_("Coordinates"), place),
            (N_("Address"), data.address),
            (N_("Nearest address"), data.nearest_address),
            (N_("Road"), data.road),
            (N_("Owner of the road"), owner),
            (N_("Lamp"), data.lamp),
            (N_("Unit"), data.unit),
            (N_("Proposed unit"), data.proposed_unit),
            (N_("Why this unit"), data.proposed_because),
            (N_("The same as"), data.duplicate_of),
            (N_("Also reported as"), ", ".join(data.duplicates)),
            (N_("Others who reported the same"), others),
            (N_("Words"), self._words()),
        ]
        said = [(self._t(name), value) for name, value in rows if value]
        return said + [(one.question, one.answer) for one in data.answers] + self._rating()

    def _words(self) -> str:
        left_out = self._t(N_("Left out: not public."))
        return self.data.words or (left_out if self.data.words_left_out else "")

    def _rating(self) -> list[tuple[str, str]]:
        if self.data.rating is None:
            return []
        words = ". ".join(filter(None, (self._t(SCORE_WORDS[self.data.rating]), self.data.rating_words)))
        return [(self._t(N_("How satisfied the reporter is")), words)]

    def _contact(self) -> list[tuple[str, str]]:
        who = self.data.contact
        if who is None:
            left_out = self.data.contact_left_out
            return [(self._t(N_("Contact data")), self._t(N_("Left out.")))] if left_out else []
        rows = [
            (N_("Name"), who.name),
            (N_("E-mail address"), who.email),
            (N_("Phone"), who.phone),
            (N_("Confirmed"), self._time(who.confirmed_at)),
        ]
        return [(self._t(name), value) for name, value in rows if value]

    def _photos(self) -> Iterator[Any]:
        data = self.data
        lines = []
        for one in data.photos:
            facts = [self._t(N_("From the crew") if one.by_crew else N_("From the reporter"))]
            facts.append(self._t(N_("everybody may see it") if one.public else N_("for staff only")))
            facts += [self._t(N_("parts are made unreadable"))] if one.blurred_at else []
            lines.append((self._time(one.received_at), ", ".join(facts)))
        yield from self._part(N_("Photos"), lines)
        yield from paper.pictures(self.photos, [one.id for one in data.photos if one.shown])

    def _event(self, one: FileEvent) -> tuple[str, str]:
        said = f"{one.in_words}: {one.unit}" if one.unit else one.in_words
        said += f" ({self._t(N_('undone'))})" if one.undone else ""
        if one.from_status and one.to_status and one.from_status != one.to_status:
            said += f" [{self._say(STATUS_WORDS, one.from_status)} → {self._say(STATUS_WORDS, one.to_status)}]"
        said = f"{said}. {one.by}."
        return self._time(one.at), f"{said}\n{one.words}" if one.words else said

    def _forwarding(self, one: FileForwarding) -> Iterator[tuple[str, str]]:
        facts = [one.unit, one.by]
        facts += [self._t(N_("for information"))] if one.for_information else []
        facts += (
            [self._t(N_("taken back %(time)s")) % {"time": self._time(one.taken_back_at)}] if one.taken_back_at else []
        )
        yield self._time(one.at), ", ".join(facts)
        for sent in one.deliveries:
            to = f"{sent.channel} {sent.address}" if sent.address else sent.channel
            yield "", f"{to}: {self._say(STATES, sent.state)} {self._time(sent.sent_at)}".rstrip()

    def _say(self, known: dict[str, str], code: str) -> str:
        return self._t(known.get(code, code))

    def _time(self, moment: datetime | None) -> str:
        return show_datetime(moment, self.lang) if moment is not None else ""

    def _t(self, message: str) -> str:
        return translate(message, self.lang)
