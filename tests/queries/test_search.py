"""Search: everything that was let through is found, and nothing else has any influence on what is."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text

from app.models import REPORTER, Actor, Note, Photo, Report, ReportStatus, ReportWords, Update, UpdateKind
from app.queries import public, search
from app.queries.public import Circle, Position, ReportFilter, list_public
from app.queries.search import Wanted, split_words
from app.routing.naming import categories_named
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from app.text import fold
from tests.application import NOON, STORGATA

PLACE = {"lat": STORGATA[0], "lon": STORGATA[1]}


@pytest.fixture
def find(session, rules):
    """References of what is found, newest first."""

    def found(typed: str, **filters) -> list[str]:
        words = tuple(Wanted(word, categories_named(rules, word)) for word in split_words(typed))
        session.flush()
        session.expire_all()
        page = list_public(session, ReportFilter(words=words, **filters), limit=50)
        return [one.reference for one in page.reports]

    return found


@pytest.fixture
def published(session, make_report):
    """A report whose words the desk has let through."""

    def make(words: str, *, address: str = "", **given) -> Report:
        report = make_report(category=given.pop("category", "other"), description=words, address=address, **PLACE)
        report.text_public = True
        for name, value in given.items():
            setattr(report, name, value)
        session.flush()
        return report

    return make


def test_folding_in_the_database_is_that_of_the_program(session):
    for words in ("Tromsø", "Sállir", "Ærlig ÅS", "ČĐŊŠŦŽ čđŋšŧž", "Straße", "naïve Façade", "plain", "Þór ðæ", "ﬁre"):
        assert session.scalar(text("SELECT search_fold(:words)"), {"words": words}) == fold(words)


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("Tre lyktestolper står skjevt", "lyktestolpe"),
        ("Tre lyktestolper står skjevt", "lykt"),
        ("Tre lyktestolper står skjevt", "STOLPENE lyktestolpen"),
        ("Glatt ved Sállir skole", "sallir"),
        ("Glatt ved Sallir skole", "Sállir"),
        ("Midt i Tromsø", "tromso"),
        ("Čáhcesuolu", "čáhcesuolu"),
        ("Hull ved nr. 61B, stort!", "61b"),
        ("Brøytekanten er høy", "broyte"),
    ],
)
def test_inflected_words_beginnings_and_marks_are_forgiven(published, find, words, typed):
    report = published(words)
    wanted = [] if "STOLPENE" in typed else [report.reference]
    assert find(typed) == wanted


def test_all_words_must_be_met_and_a_kind_s_name_is_one(published, find, make_report):
    ice = published("Ved skolen", category="ice")
    snow = published("Ved skolen", category="snow")
    untouched = make_report(category="ice")
    assert find("skolen") == [snow.reference, ice.reference]
    assert find("skole strøing") == [ice.reference]
    assert find("strøing") == [untouched.reference, ice.reference]
    assert find("skole finnesikke") == []
    assert find("skole", categories=frozenset({"snow"})) == [snow.reference]
    assert find("skole", categories=frozenset()) == []


def test_a_street_of_the_register_is_found_from_the_first_thing_that_happens_on(make_report, session, find):
    report = make_report()
    report.nearest_address = "Grønnegata 12"
    session.flush()
    assert find("gronnegata") == [report.reference]


def test_words_that_nobody_let_through_are_never_found(make_report, session, find, kari):
    desk = Actor.of(kari)
    report = make_report(description="Olsen gjorde det", address="Hos Olsen", email="olsen@example.org", name="Olsen",
                         **PLACE)  # fmt: skip
    report.forward("bydrift", actor=desk, at=NOON, words="Olsen ringte")
    report.note(actor=desk, at=NOON, words="Olsen igjen", public=False)
    report.ask(actor=desk, at=NOON, words="Olsen, hvor?")
    report.reply(actor=REPORTER, at=NOON, words="Olsen svarer")
    session.flush()
    assert find("olsen") == []
    assert find("ols") == []
    kept = session.scalars(select(ReportWords.stems)).all()
    assert "ols" not in str(kept)


def test_words_that_are_taken_back_are_gone_at_once(published, session, find):
    report = published("Sjelden blåhval i veikanten", address="Hvalveien 3")
    assert find("blåhval") == [report.reference]
    assert find("hvalveien") == [], "a typed address may name people"
    for change in (
        {"text_public": False}, {"text_public": False, "words_withheld_at": NOON}, {"hidden_at": NOON},
        {"private": True}, {"description": None, "address": None}, {"lat": None, "lon": None},
    ):  # fmt: skip
        before = {name: getattr(report, name) for name in change}
        for name, value in change.items():
            setattr(report, name, value)
        assert find("blåhval") == [], change
        assert "blahval" not in str(session.scalars(select(ReportWords.stems)).all()), change
        for name, value in before.items():
            setattr(report, name, value)
        assert find("blåhval") == [report.reference], change
    report.withdraw(actor=REPORTER, at=NOON)
    assert find("blåhval") == []
    assert session.scalars(select(ReportWords)).all() == []


def test_a_category_that_is_private_is_found_by_nothing(published, find, session):
    published("Tagging på skolen", category="complaint", private=True)
    assert find("tagging") == find("skolen") == find("klage") == []
    assert session.scalars(select(ReportWords)).all() == []


def test_an_untouched_report_that_became_private_is_found_by_its_kind_no_more(make_report, find, session, rules):
    """It has no row of words, so it is looked up beside them."""
    report = make_report(category="ice")
    assert find("strøing") == [report.reference]
    report.private = True
    session.flush()
    words = (Wanted("stroing", categories_named(rules, "stroing")),)
    found = search.found_reports(session, words, most=5)
    assert session.execute(found).all() == [], "the list would sort it out, but others read what is found too"


def test_staff_s_public_words_are_found_until_they_are_undone_or_masked(make_report, session, find, kari):
    desk = Actor.of(kari)
    report = make_report(category="other")
    report.reject(actor=desk, at=NOON, words="Dette er fylkets rundkjøring.")
    assert find("rundkjøringen") == [report.reference]
    report.undo(ReportStatus.NEW, unit_code=None, actor=desk, at=NOON)
    assert find("rundkjøringen") == []
    report.note(actor=desk, at=NOON, words="Vi bestilte rekkverk", public=True)
    assert find("rekkverk") == [report.reference]
    note = session.scalar(select(Note).where(Note.body.contains("rekkverk")))
    note.body = "Vi bestilte noe"
    assert find("rekkverk") == []
    note.body, note.public = "Vi bestilte rekkverk", False
    assert find("rekkverk") == []
    note.public = True
    assert find("rekkverk") == [report.reference]
    session.flush()
    session.execute(delete(Note))
    assert find("rekkverk") == []


def test_a_deleted_report_leaves_no_word(published, session):
    report = published("Borte")
    session.execute(delete(Report).where(Report.id == report.id))
    assert session.scalars(select(ReportWords)).all() == []


@pytest.mark.parametrize("typed", ["", "og", "'", "a'b | !c & (d:*", "\\", "%_", "~", "=ice", "🙂", "x" * 5000])
def test_nothing_that_is_typed_is_taken_for_an_instruction(published, find, typed):
    published("og isen ligger her")
    assert isinstance(find(typed), list)


def test_words_that_stand_everywhere_are_left_out(published, find):
    report = published("Isen og snøen")
    assert find("og isen") == [report.reference]
    assert find("og") == []


def test_the_newest_come_first_over_years_and_every_one_once(published, session, rules):
    """Against reading everything: whatever the time between them, and whatever page one is on."""
    dice = random.Random(5)
    for number in range(120):
        report = published("felles" if number % 3 else "felles sjelden")
        report.created_at = NOON - timedelta(days=dice.choice([0.01, 1, 9, 70, 300, 600, 3000, 9999]) * dice.random())
    session.flush()
    for word in ("felles", "sjelden"):
        in_order = select(Report.id).where(Report.description.contains(word))
        wanted = list(session.scalars(in_order.order_by(Report.created_at.desc(), Report.id.desc())))
        seen, before = [], None
        while True:
            filters = ReportFilter(words=(Wanted(word),))
            page = list_public(session, filters, limit=7, before=before)
            seen += [one.id for one in page.reports]
            if page.older is None:
                break
            before = page.older
        assert seen == wanted


@pytest.mark.parametrize("newest", [date(1970, 1, 1), date(1999, 9, 9), date(2000, 2, 2), date(2026, 11, 30)])
@pytest.mark.parametrize("days", [0, 1, 9, 50, 100, 600, 3000, 12000])
def test_the_spans_of_time_hold_each_day_once(newest, days):
    def span_of(day: int) -> set[str]:
        return {f"a{day >> 3}/", f"b{day >> 6}/", f"c{max(day >> 9, 21)}/"}

    last = datetime(newest.year, newest.month, newest.day, 12, tzinfo=UTC)
    first = last - timedelta(days=days)
    spans = list(search.spans(last, first))
    assert len(spans) == len(set(spans)) < 75
    for day in range(search._day(first), search._day(last) + 1):
        assert len(span_of(day) & set(spans)) == 1, day


def test_a_search_with_other_filters_looks_at_a_bounded_number_and_says_where_to_go_on(published, session, monkeypatch):
    monkeypatch.setattr(public, "MOST_LOOKED_AT", 5)
    made = [published("felles") for _ in range(12)]
    for number, report in enumerate(made):
        report.created_at = NOON - timedelta(hours=number)
    made[11].status, made[11].closed_at = "fixed", NOON
    session.flush()
    wanted = ReportFilter(words=(Wanted("felles"),), statuses=frozenset({"fixed"}))
    first = list_public(session, wanted, limit=3)
    assert first.reports == []
    assert first.older == Position(made[4].created_at, made[4].id)
    second = list_public(session, wanted, limit=3, before=first.older)
    third = list_public(session, wanted, limit=3, before=second.older)
    assert [one.id for one in third.reports] == [made[11].id]
    assert third.older is None


def test_times_a_circle_and_photos_narrow_a_search(published, session, find, rules):
    old, new, far = published("felles"), published("felles"), published("felles")
    old.created_at -= timedelta(days=400)
    far.lat += 0.01
    session.add(Photo(report_id=new.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=True))
    session.add(Photo(report_id=far.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=False))
    session.flush()
    assert find("felles", since=NOON - timedelta(days=1)) == [far.reference, new.reference]
    assert find("felles", until=NOON - timedelta(days=1)) == [old.reference]
    assert find("felles", near=Circle(*STORGATA, 500)) == [new.reference, old.reference]
    assert find("felles", photo=True) == [new.reference]


@pytest.mark.realdb
def test_two_who_write_about_one_report_at_once_are_both_found(real_session_factory, rules):
    """The second waits for the first, and then reads what it wrote."""
    with real_session_factory() as session:
        draft = ReportDraft(category="other", lat=STORGATA[0], lon=STORGATA[1])
        report_id = submit_report(session, draft, rules=rules, at=NOON).id
        session.commit()

    def write(word: str) -> None:
        with real_session_factory() as session:
            update = Update.by(REPORTER, kind=UpdateKind.NOTED, at=NOON, public=True, words=word, words_public=True)
            update.report_id = report_id
            session.add(update)
            session.flush()
            together.wait(timeout=10) if word == "første" else None
            session.commit()

    together = threading.Barrier(2)
    first = threading.Thread(target=write, args=("første",))
    second = threading.Thread(target=write, args=("andre",))
    first.start()
    while together.n_waiting == 0:
        time.sleep(0.01)
    second.start()
    time.sleep(0.3)
    assert second.is_alive()
    together.wait(timeout=10)
    first.join()
    second.join()
    with real_session_factory() as session:
        stems = session.scalar(select(ReportWords.stems))
    assert {"forst", "andr"} <= set(stems)
