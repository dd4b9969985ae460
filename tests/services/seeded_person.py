"""A person who has left something everywhere, and a search of everything for what is left of her."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path

from sqlalchemy import select, text

from app.delivery import make_channels
from app.models import (
    REPORTER,
    Actor,
    Delivery,
    FieldEntry,
    Notification,
    PlaceFollow,
    PlaceMail,
    Report,
    ResidentLink,
    RouteList,
    Stop,
    StopReport,
    Support,
)
from app.services import limits, mine, moderation, noting, outgoing, rating, supporting, triage
from app.text import fold
from tests.application import SECRET, STORGATA
from tests.storage.pictures import encoded, exif

EMAIL = "Nina.Unik+gata@Example.ORG"
OTHER = "odd.annen@example.org"
NAME = "Ninamarkør Usedvanlig"
PHONE = "+47 91239871"
TYPED = {
    "words": "ordmarkør midt i teksten",
    "address": "Markørvegen 7719",
    "answer": "svarmarkør på masta",
    "reply": "tilleggsmarkør fra Nina",
    "corrected": "rettelsesmarkør før det ble rettet",
    "rating": "karaktermarkør, takk",
    "internal": "internmarkør: hun ringte",
    "question": "spørsmålsmarkør, hvor er det?",
    "to unit": "enhetsmarkør fra siling",
    "stop": "stoppmarkør, snakket med damen",
    "cab": "bilmarkør, hun sto i vinduet",
    "other list": "listemarkør, ikke hjemme",
    "place": "hjemmemarkør i Breivika",
}
BROWSER = "the browser's own mark"
PUBLIC_ANSWER = "Lampa er skiftet."


def markers() -> dict[str, str]:
    """Whatever would betray her, in small letters: plain, in part, and as codes that can be made again."""
    spelled = {EMAIL, EMAIL.lower(), limits.counted_address(EMAIL)}
    found = {f"sha256 of {one}": hashlib.sha256(one.encode()).hexdigest()[:32] for one in spelled}
    found |= {"e-mail": EMAIL.lower(), "mailbox": "nina.unik", "name": "ninamarkør", "phone": "91239871"}
    found |= {kind: re.split("[ ,:]", words)[0].lower() for kind, words in TYPED.items()}
    # The search for what was let through keeps stems without marks.
    found |= {f"stem of {kind}": fold(words)[:8] for kind, words in TYPED.items() if kind in {"words", "address"}}
    return found | {"camera": "kari nordmann"}


@dataclass
class Person:
    """Her report, her photo, the code of what she sent, and the mark of her browser."""

    report: Report
    photo: str
    fingerprint: str
    browser_mark: str


def at_home(office):
    """The worker of a service without a mail server, whose mails lie in the folder."""
    settings = office.settings.model_copy(update={"smtp_host": None})
    return replace(office, settings=settings, channels=make_channels(settings, secret=SECRET))


def send_all(session, office) -> None:
    """What waits goes out."""
    jobs = (
        (Notification, lambda row: outgoing.notify(office, notification_id=row)),
        (Delivery, lambda row: outgoing.deliver(office, delivery_id=row)),
        (ResidentLink, lambda row: outgoing.send_link(office, link_id=row)),
        (PlaceMail, lambda row: outgoing.tell_follower(office, mail_id=row)),
    )
    for table, send in jobs:
        for row in session.scalars(select(table.id).where(table.state == "pending")).all():
            send(row)


def report_her_lamp(client, session, *, clock) -> Report:
    """By the API, with a photo from a camera that tells too much."""
    photo = client.post("/api/photos", content=encoded("JPEG", exif=exif()), headers={"content-type": "image/jpeg"})
    sent = {
        "category": "lamp_dark", "lat": STORGATA[0], "lon": STORGATA[1], "description": TYPED["words"],
        "address": TYPED["address"], "answers": {"mast": TYPED["answer"], "state": "flickers"},
        "photos": [photo.json()["id"]],
        "reporter": {"name": NAME, "email": EMAIL, "phone": PHONE, "language": "nb"},
    }  # fmt: skip
    answer = client.post("/api/reports", json=sent, headers={"idempotency-key": "once"})
    assert answer.status_code == 201, answer.text
    report = session.scalars(select(Report).order_by(Report.id.desc()).limit(1)).one()
    supporting.know_reporter(session, report, device=BROWSER, secret=SECRET, language="nb", at=clock())
    session.commit()
    return report


def seed(client, session, office, rules, clock, make_report, *, kari, per) -> Person:
    """By the same doors as everybody: the API, the worker, the desk, the crew, the links."""
    report = report_her_lamp(client, session, clock=clock)
    session.refresh(report, ["reporter", "photos"])
    send_all(session, office)
    report.reporter.confirm(at=clock())
    supporting.support(session, report.reference, device="odd", secret=SECRET, language="nb", at=clock())
    handle(session, report, office, rules, clock, kari=kari, per=per)
    follow_others(session, office, clock, make_report)
    mine.ask_for_link(session, EMAIL.upper(), language="nb", at=clock())
    session.commit()
    send_all(session, office)
    fingerprint = session.scalar(text("SELECT fingerprint FROM idempotency_key"))
    mark = session.scalar(select(Support.key).where(Support.own, Support.report_id == report.id))
    return Person(report, str(report.photos[0].id), fingerprint, mark)


def handle(session, report, office, rules, clock, *, kari, per) -> None:
    """Questions, corrections, a unit that gets it by mail, a crew that writes a note, an end, and a rating."""
    decided = {"by": kari, "at": clock(), "undo_seconds": 0}
    noting.note(session, report, words=TYPED["internal"], public=False, **decided)
    # A mask that hides one word and keeps the marker, so that the masked version must go too.
    moderation.mask_words(session, report, which={1}, by=kari, at=clock())
    triage.ask(session, report, words=TYPED["question"], **decided)
    report.reply(actor=REPORTER, at=clock(), words=TYPED["reply"])
    report.correct({}, what=["words"], actor=REPORTER, at=clock(), before=TYPED["corrected"])
    triage.forward(session, report, "bydrift", rules=rules, words=TYPED["to unit"], **decided)
    session.commit()
    send_all(session, office)
    round_ = RouteList(
        name="Monday",
        unit_code="bydrift",
        created_at=clock(),
        start_lat=69.6,
        start_lon=18.9,
        category_codes=[],
        day=clock().date(),
        starts_at=clock(),
        released_at=clock(),
    )
    stop = Stop(sort_order=1, lat=69.6, lon=18.9, leg_metres=1.0, note=TYPED["stop"])
    stop.entries = [StopReport(report_id=report.id)]
    round_.stops = [stop]
    session.add(round_)
    session.flush()
    tap = {"kind": "outcome", "happened_at": clock(), "received_at": clock(), "result": "conflict"}
    of_stop = FieldEntry(key="1", route_list_id=round_.id, stop_id=stop.id, words=TYPED["cab"], **tap)
    gone_stop = FieldEntry(key="2", route_list_id=round_.id, report_id=report.id, words=TYPED["other list"], **tap)
    session.add_all([of_stop, gone_stop])
    # As if her address had been another one until now, and its last mail waited.
    session.execute(text("UPDATE notification SET former_email = :email WHERE kind = 'receipt'"), {"email": EMAIL})
    report.fix(actor=Actor.of(per), at=clock(), words=PUBLIC_ANSWER)
    rating.rate(session, report, score=4, words=TYPED["rating"], at=clock())
    session.commit()


def follow_others(session, office, clock, make_report) -> None:
    """Somebody else's report, and a place."""
    theirs = make_report(email=OTHER, name="Odd Annen", description="Odds egne ord", lat=69.66, lon=18.97)
    supported = supporting.support(session, theirs.reference, device=BROWSER, secret=SECRET, language="nb", at=clock())
    supporting.follow(session, supported.support, email=EMAIL.lower(), language="nb", at=clock())
    follow = PlaceFollow(
        email=EMAIL, label=TYPED["place"], lat=69.65, lon=18.95, radius=200, created_at=clock(), asked_at=clock(),
        shape="SRID=4326;POINT(18.95 69.65)", confirmed_at=clock(),
    )  # fmt: skip
    session.add(follow)
    session.commit()


def left_in_database(session, wanted: dict[str, str]) -> dict[str, set[str]]:
    """marker -> tables in which it stands, in any column of any kind: a row as text holds all of them."""
    tables = session.execute(text("""
        SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    """)).scalars().all()  # fmt: skip
    assert "public.procrastinate_jobs" in tables
    found: dict[str, set[str]] = {}
    # What the database itself remembers of the rows for its plans.
    for table in [*tables, "pg_catalog.pg_stats"]:
        for kind, marker in wanted.items():
            given = {"plain": f"%{marker}%", "bytes": f"%{marker.encode().hex()}%"}
            query = text(f"SELECT exists(SELECT FROM {table} t WHERE lower(t::text) LIKE ANY(ARRAY[:plain, :bytes]))")
            if session.scalar(query, given):
                found.setdefault(kind, set()).add(table.removeprefix("public."))
    return found


def left_in_files(folder: Path, wanted: dict[str, str]) -> dict[str, set[str]]:
    """marker -> files in which it stands, mails as their readers see them too."""
    found: dict[str, set[str]] = {}
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = f"{path.name}\n{path.read_bytes().decode('utf-8', 'replace')}"
        if path.suffix == ".eml":
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
            content = "\n".join([content, *map(str, mail.values()), *parts])
        for kind, marker in wanted.items():
            if marker in content.lower():
                found.setdefault(kind, set()).add(path.name)
    return found


def left_in(words: str, wanted: dict[str, str]) -> set[str]:
    """Which markers stand in a text."""
    return {kind for kind, marker in wanted.items() if marker in words.lower()}
