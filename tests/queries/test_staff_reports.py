"""The desk's list of all reports: filters, pages that neither repeat nor lose, cursors."""

from __future__ import annotations

import pytest

from app.errors import Invalid
from app.queries import staff_reports
from app.services import triage
from app.web.desk_filters import read_desk_filter


@pytest.fixture
def wanted(rules):
    """The filter of an address: `wanted(status="open")`."""
    return lambda **given: read_desk_filter(given, rules)


@pytest.fixture
def found(session, kari, clock, wanted):
    """References of the first page: `found(status="open")`."""

    def find(staff=kari, sort="newest", **given):
        page = staff_reports.page(session, staff, wanted(**given), at=clock(), sort=sort)
        return [one.reference for one in page.reports]

    return find


def test_every_filter_keeps_what_it_should(session, make_report, found, kari, clock, rules):
    lamp = make_report(address="Storgata 64")
    clock.pass_(days=2)
    school = make_report(category="school")
    triage.forward(session, school, "eiendom", rules=rules, by=kari, at=clock(), undo_seconds=0)
    praise = make_report(category="praise")
    triage.answer(session, praise, words="Thanks.", by=kari, at=clock(), undo_seconds=0)
    assert found() == [praise.reference, school.reference, lamp.reference]
    assert found(status="open") == [school.reference, lamp.reference]
    assert found(status="closed") == [praise.reference]
    assert found(status="forwarded") == [school.reference]
    assert found(unit="eiendom") == [school.reference]
    assert found(unit="bydrift") == [lamp.reference], "a new report is found by the unit that is proposed"
    assert found(category="praise") == [praise.reference]
    assert (
        found(text="storgata")
        == found(text=lamp.shown_reference)
        == found(text=lamp.reference[-5:])
        == [lamp.reference]
    )
    assert found(text="100%") == []
    assert found(since="2026-12-01") == [praise.reference, school.reference]
    assert found(until="2026-11-30") == [lamp.reference]
    clock.pass_(days=60)
    assert found(due="overdue") == [school.reference, lamp.reference]


def test_what_waits_for_the_reporter_is_not_overdue(session, make_report, found, clock, kari):
    report = make_report(email="nina@example.org")
    report.reporter.confirm(at=clock())
    triage.ask(session, report, words="Which lamp?", by=kari, at=clock(), undo_seconds=0)
    clock.pass_(days=60)
    assert found(due="overdue") == []


def test_pages_neither_repeat_nor_lose_while_reports_arrive(session, make_report, kari, clock, monkeypatch, wanted):
    monkeypatch.setattr(staff_reports, "PAGE", 2)
    made = [make_report().reference for _ in range(5)][::-1]
    everything, seen, cursor = wanted(), [], ""
    while True:
        page = staff_reports.page(session, kari, everything, at=clock(), cursor=cursor)
        seen += [one.reference for one in page.reports]
        make_report()
        if not page.older:
            break
        cursor = page.older
    assert seen == made
    back = staff_reports.page(session, kari, everything, at=clock(), cursor=page.newer)
    assert [one.reference for one in back.reports] == made[2:4]


def test_a_cursor_belongs_to_its_filters(session, make_report, kari, clock, monkeypatch, wanted):
    monkeypatch.setattr(staff_reports, "PAGE", 1)
    make_report(), make_report()
    cursor = staff_reports.page(session, kari, wanted(), at=clock()).older
    for other, wrong in [
        (wanted(status="open"), cursor),
        (wanted(), cursor[:-3]),
        (wanted(), "!"),
        (wanted(), "bnVsbA"),
    ]:
        with pytest.raises(Invalid):
            staff_reports.page(session, kari, other, at=clock(), cursor=wrong)


def test_a_unit_would_see_its_own_reports_only(session, make_report, found, kari, ola, eva, clock, rules):
    report = make_report()
    triage.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    assert (found(staff=ola), found(staff=eva)) == ([report.reference], [])
