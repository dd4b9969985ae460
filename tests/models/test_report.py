"""What may become of a report, walked pair by pair, and what each verb leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from app.errors import Conflict, Invalid
from app.models import ALLOWED, CLOSED, OPEN, SYSTEM, Report, ReportStatus

AT = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
WHO = {"actor": SYSTEM, "at": AT}


def a_report(status: ReportStatus = ReportStatus.NEW, **given: object) -> Report:
    report = Report(id=1, reference="20260000011", lat=69.65, lon=18.95, category_code="lamp_dark", **given)
    report.status = status.value
    return report


VERBS = {
    ReportStatus.FORWARDED: lambda report: report.forward("bydrift", **WHO),
    ReportStatus.IN_PROGRESS: lambda report: report.take(**WHO),
    ReportStatus.SCHEDULED: lambda report: report.schedule(**WHO, route_list_id=7),
    ReportStatus.FIXED: lambda report: report.fix(**WHO),
    ReportStatus.ANSWERED: lambda report: report.answer(**WHO, words="Thank you."),
    ReportStatus.REFERRED: lambda report: report.refer("vegvesenet", **WHO),
    ReportStatus.REJECTED: lambda report: report.reject(**WHO, words="This is private land."),
    ReportStatus.DUPLICATE: lambda report: report.mark_duplicate(Report(id=2, status="new"), **WHO),
    ReportStatus.WITHDRAWN: lambda report: report.withdraw(**WHO),
}


@pytest.mark.parametrize(("before", "after"), [pair for pair in product(ReportStatus, VERBS) if pair[0] != pair[1]])
def test_every_pair_of_statuses_follows_the_table(before, after):
    report = a_report(before)
    if after in ALLOWED[before]:
        update = VERBS[after](report)
        assert (report.status, update.from_status, update.to_status) == (after, before, after)
        assert (report.closed_at == AT) == (after in CLOSED)
    else:
        with pytest.raises(Conflict):
            VERBS[after](report)
        assert report.status == before


@pytest.mark.parametrize("status", [ReportStatus.FORWARDED, ReportStatus.IN_PROGRESS, ReportStatus.SCHEDULED])
def test_a_unit_can_send_back_what_it_has(status):
    report = a_report(status, unit_code="bydrift")
    update = report.send_back(**WHO, words="The county's lamp.")
    assert (report.status, report.unit_code, update.unit_code) == ("new", None, "bydrift")
    assert not update.public
    assert not update.note.public


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_what_is_closed_can_be_opened_again_and_nothing_else(status):
    report = a_report(status)
    report.reopen(**WHO)
    assert report.status == "new"
    assert report.closed_at is None


@pytest.mark.parametrize("status", sorted(OPEN))
def test_what_is_open_cannot_be_opened_again(status):
    with pytest.raises(Conflict):
        a_report(status).reopen(**WHO)


@pytest.mark.parametrize("before", [ReportStatus.FORWARDED, ReportStatus.IN_PROGRESS])
def test_taken_off_a_route_list_it_is_what_it_was_before(before):
    report = a_report(before)
    report.schedule(**WHO, route_list_id=7)
    update = report.unschedule(**WHO, route_list_id=7)
    assert report.status == before
    assert not update.public


def test_a_report_without_a_place_cannot_be_forwarded():
    report = Report(id=1, status="new", lat=None, lon=None)
    with pytest.raises(Conflict, match="Place the report"):
        report.forward("bydrift", **WHO)


def test_a_report_is_never_its_own_duplicate_nor_that_of_a_duplicate():
    report = a_report()
    with pytest.raises(Invalid):
        report.mark_duplicate(report, **WHO)
    with pytest.raises(Invalid):
        report.mark_duplicate(Report(id=2, status="duplicate"), **WHO)
    assert report.status == "new"


@pytest.mark.parametrize("verb", ["reject", "answer", "send_back", "ask"])
def test_words_that_somebody_must_read_cannot_be_blank(verb):
    status = ReportStatus.FORWARDED if verb == "send_back" else ReportStatus.NEW
    with pytest.raises(Invalid):
        getattr(a_report(status), verb)(**WHO, words="  \n")


def test_history_holds_codes_and_words_stand_in_a_note():
    update = a_report().reject(**WHO, words="  Siri's own driveway. ")
    assert update.note.body == "Siri's own driveway."
    assert update.note.public
    assert "Siri" not in str(update.data)


def test_what_the_desk_writes_when_it_forwards_is_for_the_unit_only():
    update = a_report().forward("bydrift", **WHO, words="Siri next door has the key.")
    assert update.public
    assert not update.note.public
