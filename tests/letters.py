"""One of every mail that goes out, in any language, for previews and for what must hold of all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.delivery.letter import Letter
from app.delivery.parcel import Contact, Parcel, Picture, Told
from app.models import Notification, Photo, PlaceFollow, Report, Reporter, Staff, Support, Update
from app.models.reference import make_reference
from app.models.update import Note
from app.queries.overdue import Late, LateReport
from app.queries.place_news import DigestItem
from app.services import invitations, letters, place_letters, supporter_letters
from app.services.news import Item
from app.services.overdue_letters import _Shown
from app.services.place_words import group_names, place_name, rhythm_words
from tests.application import NOON, STORGATA

CLOSED = {"fixed", "answered", "referred", "rejected", "duplicate", "withdrawn"}
STATUS_OF = {
    "taken": "in_progress", "reopened": "new", "noted": None, "interim": None, "due_set": None, "gone": "withdrawn",
    "asked": None, "split": "new", "not_mended": "scheduled",
}  # fmt: skip
# The sentence of each, for reporters and for those who reported the same.
NEWS = (
    "forwarded", "taken", "scheduled", "noted", "interim", "due_set", "fixed", "answered", "referred", "rejected",
    "duplicate", "reopened", "split", "not_mended",
)  # fmt: skip
SUPPORTERS_NEWS = (*NEWS, "withdrawn", "gone")
WORDS = "Lyset er på plass igjen. Giitu go dieđihit, Čáhppes Ŋállu!\nLampa ved Šiŋŋá-Đorte fikk ny pære."
ADDRESS = "Sjøgata 3, 9008 Tromsø (Áŋŋel Čoarvi)"


class Samples:
    """All mails in one language."""

    def __init__(self, language: str, *, office: Any, session: Any) -> None:
        self.language, self.office, self.session = language, office, session
        self.number = 0

    def all(self) -> dict[str, Letter]:
        """Every mail by its name, which begins with the folder of its templates."""
        made = {"receipt": self.receipt(), "receipt-confirmed": self.receipt(confirmed=True)}
        made |= {f"status-{kind}": self.status(kind) for kind in NEWS}
        made["status-several"] = self.status("forwarded", "taken", "noted", "scheduled")
        made["status-first"] = self.first("fixed")
        made["collected"] = self.collected()
        made["question"] = self.write([self.item(self.report(waiting_since=NOON), "asked", words=WORDS)], "question")
        made["support"] = self.supporters("submitted")
        made |= {f"support_status-{kind}": self.supporters(kind) for kind in SUPPORTERS_NEWS}
        made |= self.to_units()
        return made | self.others()

    def report(self, **given: Any) -> Report:
        """A report as the database gives it, with its reporter."""
        self.number += 1
        report = Report(
            id=self.number, reference=make_reference(year=2026, number=self.number), nonce="n" * 32, version=1,
            category_code="lamp_dark", status="forwarded", private=False, lat=STORGATA[0], lon=STORGATA[1],
            address=ADDRESS, nearest_address="Sjøgata 3", text_public=True, created_at=NOON, changed_at=NOON,
            due_at=NOON + timedelta(days=14), answers=[], **given,
        )  # fmt: skip
        report.reporter = Reporter(
            id=self.number, report_id=self.number, email="nina@example.org", language=self.language, confirmed_at=NOON
        )
        return report

    def item(self, report: Report, kind: str, *, words: str = "", own: Report | None = None) -> Item:
        """One thing that happened, and the row that is to tell it."""
        self.number += 1
        status = STATUS_OF.get(kind, kind)
        report.status = status or report.status
        report.closed_at = NOON if status in CLOSED else None
        unit = {"referred": "statens_vegvesen", "asked": None, "noted": None}.get(kind, "bydrift")
        update = Update(
            id=self.number, report_id=report.id, kind=kind, at=NOON + timedelta(minutes=self.number), public=True,
            actor_kind="staff", unit_code=unit, to_status=status, data={},
        )  # fmt: skip
        if kind == "scheduled":
            report.planned_for = date(2026, 12, 3)
            update.data = {"route_list_id": 1, "day": "2026-12-03"}
        if words:
            update.note = Note(body=words, public=kind != "asked")
        row = Notification(
            id=self.number, report_id=(own or report).id, update_id=update.id, kind="status", created_at=update.at,
            message_id=f"{self.number:032x}@gatami",
        )  # fmt: skip
        return Item(row, update, report, own or report)

    def write(self, items: list[Item], kind: str = "status") -> Letter:
        """The reporter's mail about them."""
        items[0].row.kind = kind
        letter = letters.write(items, items[0].row, office=self.office, at=NOON)
        assert letter is not None
        return letter

    def receipt(self, *, confirmed: bool = False) -> Letter:
        """What everybody gets who gave an address."""
        report = self.report()
        report.reporter.confirmed_at = NOON if confirmed else None
        return self.write([self.item(report, "submitted")], "receipt")

    def status(self, *kinds: str) -> Letter:
        """News for the reporter."""
        report = self.report()
        if "fixed" in kinds:
            report.photos = [Photo(by_crew=True, public=True)]
        told = {"noted", "interim", "due_set", "fixed", "answered", "rejected"}
        return self.write([self.item(report, kind, words=WORDS if kind in told else "") for kind in kinds])

    def first(self, kind: str) -> Letter:
        """News about the report that the reader's repeats."""
        first = self.report()
        own = self.report(duplicate_of_id=first.id)
        own.status = "duplicate"
        return self.write([self.item(first, kind, own=own)])

    def collected(self) -> Letter:
        """News about several reports of one reader."""
        first, second, third = self.report(), self.report(), self.report(duplicate_of_id=1)
        return self.write([
            self.item(first, "taken"), self.item(second, "fixed", words=WORDS), self.item(first, "fixed"),
            self.item(self.report(), "rejected", words=WORDS, own=third),
        ])  # fmt: skip

    def supporters(self, kind: str) -> Letter:
        """What goes to somebody who said "mine too"."""
        item = self.item(self.report(), kind, words=WORDS if kind in {"noted", "interim", "due_set"} else "")
        asks = kind == "submitted"
        item.row.kind = "support" if asks else "status"
        support = Support(
            id=1, report_id=item.report.id, nonce="n", email="per@example.org", language=self.language,
            confirmed_at=None if asks else NOON,
        )  # fmt: skip
        letter = supporter_letters.write(self.session, [item], item.row, support, office=self.office, at=NOON)
        assert letter is not None
        return letter

    def to_units(self) -> dict[str, Letter]:
        """What a unit gets, ours and outside."""
        told = (Told(at=NOON, words=WORDS),)
        return {
            "forward": self.parcel("forward"),
            "forward-outside": self.parcel("forward", outside=True, contact=None),
            "forward-information": self.parcel("forward", for_information=True),
            "call_back": self.parcel("call_back"),
            **{f"addition-{kind}": self.parcel(kind, told=told) for kind in ("addition", "reopened", "gone")},
            "addition-corrected": self.parcel("corrected"),
        }

    def parcel(self, kind: Any, **given: Any) -> Letter:
        """A mail to a unit."""
        picture = Picture(name="photo.jpg", jpeg=b"\xff\xd8\xff")
        known: dict[str, Any] = {
            "kind": kind, "message_id": "f@gatami", "to": "unit@example.org", "language": self.language, "at": NOON,
            "municipality": "Tromsø", "unit": "Bydrift", "outside": False, "for_information": False,
            "reference": "2026-000001-8", "category_code": "lamp_dark", "category": "Én lampe er mørk",
            "reported_at": NOON, "due_at": NOON, "lat": STORGATA[0], "lon": STORGATA[1], "address": ADDRESS,
            "nearest_address": "Sjøgata 3", "lamp": "12345", "others": 2, "lamp_ref": "L1",
            "lamp_owner": "municipality",
            "road_ref": "FV862 S1D1 m687", "road_owner": "county", "description": WORDS,
            "answers": (("Er masten skadet?", "Nei"),), "words": WORDS, "pictures": (picture,), "pictures_left_out": 1,
            "contact": Contact(name="Nina", email="nina@example.org", phone="99999999"),
            "map_url": "https://www.openstreetmap.org/?mlat=69.64920&mlon=18.95530",
            "page_url": f"{self.office.settings.base_url}/staff/inbox/2026-000001-8",
        }  # fmt: skip
        parcel = Parcel(**{**known, **given})
        template = kind if kind in {"forward", "call_back"} else "addition"
        return self.plain(template, {"parcel": parcel}, pictures=parcel.pictures)

    def others(self) -> dict[str, Letter]:
        """Staff's invitation, the link of "my reports", and mails about places."""
        rules, url = self.office.rules, self.office.settings.base_url
        kari = Staff(name="Káre Šiŋŋá", email="kari@tromso.example", language=self.language)
        follow = PlaceFollow(
            id=1, nonce="n", email="nina@example.org", language=self.language, label=ADDRESS, lat=STORGATA[0],
            lon=STORGATA[1], radius=300, groups=["light"], weekday=0,
        )  # fmt: skip
        place = place_name(follow, self.language)
        item = DigestItem(
            reference=make_reference(year=2026, number=7), category_code="lamp_dark", status="fixed", is_new=True,
            lat=STORGATA[0], lon=STORGATA[1], created_at=NOON, closed_at=None, address=ADDRESS, words=WORDS,
        )  # fmt: skip
        kinds = place_letters._by_group([item], rules, language=self.language, base_url=url)
        links = {"stop_url": f"{url}/stop-place/1/x", "own_url": f"{url}/followed-place/1/x"}
        digest = {"place": place, "kinds": kinds, "in_all": 3, "more": 2, "list_url": f"{url}/reports", **links}
        asked = {
            "place": place, "kinds": group_names(follow, rules, self.language),
            "rhythm": rhythm_words(0, self.language), "confirm_url": f"{url}/confirm-place/1/x",
        }  # fmt: skip
        category = rules.categories["lamp_dark"].name(self.language)
        late = LateReport("2026000001", "lamp_dark", ADDRESS, NOON - timedelta(days=3))
        unit = _Shown(rules, self.language, NOON, url).unit("bydrift", Late(2, 1, (late, replace(late, due_at=NOON))))
        overdue = {"name": "Káre Šiŋŋá", "over": 2, "units": [unit], "account_url": f"{url}/staff/account"}
        moved = {"reference": "2026-000001-8", "category": category, "phones": ["77 79 00 00"]}
        mention = {
            "name": "Káre Šiŋŋá", "by": "Ola Nordmann", "reference": "2026-000001-8", "category": category,
            "link": f"{url}/staff/reports/20260000018",
        }  # fmt: skip
        return {
            "mention": self.plain("mention", mention),
            "invitation": invitations._letter(kari, f"{url}/staff/invitations/x", rules=rules, at=NOON),
            "overdue": self.plain("overdue", overdue),
            "sign_in": self.plain("sign_in", {"link_url": f"{url}/mine/link/x", "hours": 2}),
            "digest": self.plain("digest", digest, stop_url=links["stop_url"]),
            "place_confirm": self.plain("place_confirm", asked),
            "moved": self.plain("moved", moved),
            "moved-without-a-phone": self.plain("moved", {**moved, "phones": []}),
        }

    def plain(self, template: str, context: dict[str, Any], **given: Any) -> Letter:
        """A letter of a context written here."""
        return Letter(
            template=template, to="nina@example.org", language=self.language, message_id="x@gatami", at=NOON,
            municipality=self.office.rules.municipality.name(self.language), context=context, **given,
        )  # fmt: skip
