"""The search for staff: everything of a report is found by any of its words, at once and only by whoever may see it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.models import StaffWords, StaffWordsDue
from app.queries import desk_search, staff_reports
from app.queries.desk_search import asked_for
from app.services import noting, staff_words, triage
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from app.web.desk_filters import read_desk_filter
from tests.application import STORGATA


@pytest.fixture
def found(session, kari, clock, rules):
    """References of the first page: `found("stupebrett")`."""

    def find(typed, staff=kari, **given):
        wanted = read_desk_filter({"text": typed, **given}, rules)
        return [one.reference for one in staff_reports.page(session, staff, wanted, at=clock()).reports]

    return find


@pytest.fixture
def nina(session, rules, clock):
    """A report with something in every field."""
    draft = ReportDraft(
        category="lamp_dark",
        lat=STORGATA[0],
        lon=STORGATA[1],
        address="Grønnegata 12B",
        description="To lyktestolper er skeive ved stupebrettet.",
        reporter=ReporterDraft(
            name="Nina Čáhci Bjørklund", email="nina.b@example.org", phone="+47 906 12 345", language="nb"
        ),
    )
    report = submit_report(session, draft, rules=rules, at=clock())
    session.commit()
    return report


@pytest.fixture(params=["as it comes in", "written down"])
def searched(request, nina, make_report, session):
    """The report, before and after the worker has written its words down; another one stands beside it."""
    make_report(category="school", description="Ruten i døra er knust.")
    if request.param == "written down":
        staff_words.write_batch(session)
        assert session.get(StaffWords, nina.id) is not None
    return nina


@pytest.mark.parametrize(
    "typed",
    [
        "lyktestolpe", "LYKTESTOLPENE", "lyktest", "skeiv", "stupebretter", "stupe lyktestolpe",
        "grønnegata", "gronnegata 12b", "nina", "cahci", "bjørkl", "nina.b@example.org", "example.org",
        "90612345", "906 12 345", "+47 90612345", "004790612345", "906 12", "90-61-23-45",
    ],
)  # fmt: skip
def test_any_of_its_words_finds_it(searched, found, typed):
    assert found(typed) == [searched.reference]


def test_its_reference_finds_it_whole_and_in_parts(searched, found):
    shown, number = searched.shown_reference, searched.reference[4:]
    for typed in (searched.reference, shown, shown.replace("-", " "), shown[:-2], number, number.lstrip("0")):
        assert searched.reference in found(typed), typed


@pytest.mark.parametrize("typed", ["stupebrett skole", "grønnegata 13", "90612346", "og", "%", "' | '", "a:*", "&|!()"])
def test_what_it_does_not_have_does_not_find_it(searched, found, typed):
    assert searched.reference not in found(typed)


def test_a_kinds_name_finds_its_reports(searched, found):
    assert found("gatelys") == [searched.reference]


def test_a_note_among_staff_is_found_at_once(searched, found, session, decide):
    assert found("vaktmester") == []
    decide(noting.note, searched, words="Vaktmesteren ser på det i morgen.", public=False)
    assert found("vaktmester") == [searched.reference]
    staff_words.write_batch(session)
    assert found("vaktmester") == [searched.reference]


def test_what_is_no_longer_there_is_no_longer_found(searched, found, session):
    staff_words.write_batch(session)
    searched.reporter.name = "Odd"
    searched.description = "Lampa er ødelagt."
    session.commit()
    assert found("bjørklund") == found("stupebrett") == []
    assert found("odd ødelagte") == [searched.reference]
    staff_words.write_batch(session)
    assert found("bjørklund") == []
    assert found("odd ødelagte") == [searched.reference]
    assert session.scalars(select(StaffWordsDue)).all() == []


def test_words_and_filters_must_all_be_met(searched, found, session, decide, rules):
    assert found("stupebrett", status="open") == found("stupebrett", waiting_for="new") == [searched.reference]
    assert found("stupebrett", status="closed") == found("stupebrett", category="school") == []
    decide(triage.reject, searched, words="Det er ikke vår lampe.")
    assert found("stupebrett", status="closed") == [searched.reference]
    assert found("stupebrett", status="open") == []


def test_a_unit_finds_its_own_and_a_stranger_nothing(searched, found, session, kari, ola, eva, per, rules, clock):
    triage.forward(session, searched, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    assert found("stupebrett", staff=ola) == found("stupebrett", staff=per) == [searched.reference]
    assert found("stupebrett", staff=eva) == []
    assert found("stupebrett", staff=eva, status="open") == []


def test_intake_writes_nothing_for_the_search(session, nina):
    assert session.scalars(select(StaffWords)).all() == []
    assert session.scalars(select(StaffWordsDue)).all() == []


def test_pages_of_a_search_lead_on_and_miss_nothing(session, make_report, kari, clock, rules, monkeypatch):
    monkeypatch.setattr(staff_reports, "PAGE", 2)
    monkeypatch.setattr(staff_reports, "MOST_LOOKED_AT", 3)
    made = []
    for number in range(9):
        clock.pass_(days=40)
        made.insert(
            0,
            make_report(
                description="Fliser ligger knust.", category="school" if number % 4 == 0 else "lamp_dark"
            ).reference,
        )
    staff_words.write_batch(session)
    for given, expected in [({}, made), ({"category": "school"}, made[::4])]:
        wanted = read_desk_filter({"text": "flis", **given}, rules)
        seen, cursor = [], ""
        while True:
            page = staff_reports.page(session, kari, wanted, at=clock(), cursor=cursor)
            seen += [one.reference for one in page.reports]
            cursor = page.older
            if not cursor:
                break
        assert seen == expected, given


def test_an_export_of_a_search_holds_all_of_it(session, make_report, kari, clock, rules, monkeypatch):
    monkeypatch.setattr(staff_reports, "_EXPORTED_AT_ONCE", 2)
    made = [make_report(description="Fliser ligger knust.").reference for _ in range(5)]
    make_report(description="Hull i veien.")
    wanted = read_desk_filter({"text": "flis"}, rules)
    rows = list(staff_reports.export(session, kari, wanted, at=clock()))
    assert sorted(one.reference for one in rows) == sorted(made)


def test_a_flood_of_unwritten_reports_does_not_stop_the_search(session, make_report, found, monkeypatch):
    old = make_report(description="Sjelden fugl.")
    staff_words.write_batch(session)
    monkeypatch.setattr(desk_search, "UNREAD", 3)
    desk_search._found.cache_clear()
    newest = [make_report(description="Hull.").reference for _ in range(5)][-3:]
    assert sorted(found("hull")) == newest
    assert found("fugl") == [old.reference]
    desk_search._found.cache_clear()


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("lyktestolper Storgata", ("lyktestolper", "storgata")),
        ("Storgata 12", ("storgata", "12")),
        ("Storgata 12b", ("storgata", "12b")),
        ("906 12 345", ("90612345",)),
        ("906 12", ("90612|906&12",)),
        ("", ()),
    ],
)
def test_what_was_typed_becomes_words_and_numbers(typed, asked):
    assert asked_for(typed) == asked


def test_the_words_of_two_at_once_are_both_kept(engine, session, nina):
    """The line of a change that comes while the worker writes is taken by the next round, not by this one."""
    session.execute(text("INSERT INTO staff_words_due (report_id) VALUES (:id)"), {"id": nina.id})
    assert staff_words.write_batch(session) == 1
    assert staff_words.write_batch(session) == 0
