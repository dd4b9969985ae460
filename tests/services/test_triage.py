"""Decisions at the desk: what each one writes, whom it tells and when, and who may not make it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.errors import Conflict, Invalid
from app.models import REPORTER, Notification, Photo, ReportStatus, Update
from app.services import merging, noting, right_unit, triage
from tests.application import STORGATA


@pytest.fixture
def confirmed(make_report, session, clock):
    """A report whose reporter confirmed the address; the receipt has gone."""
    report = make_report(email="resident@example.org", name="Nina", description="It is dark")
    report.reporter.confirm(at=clock())
    session.execute(text("UPDATE notification SET state = 'sent'"))
    session.commit()
    return report


def mails(session, report):
    """The mails that wait for the reporter: (kind, seconds until they may go)."""
    waiting = select(Notification).where(Notification.report_id == report.id, Notification.state == "pending")
    return [(one.kind, (one.next_attempt_at - one.created_at).total_seconds()) for one in session.scalars(waiting)]


def history(session, report):
    return [
        one.kind for one in session.scalars(select(Update).where(Update.report_id == report.id).order_by(Update.id))
    ]


@pytest.mark.parametrize(
    ("verb", "given", "status"),
    [
        (triage.reject, {"words": "We can not mend the weather."}, "rejected"),
        (triage.answer, {"words": "Thank you."}, "answered"),
    ],
)
def test_a_closing_decision_tells_the_reporter_after_the_seconds_for_undo(
    session, confirmed, decide, verb, given, status
):
    update = decide(verb, confirmed, **given)
    assert confirmed.status == status
    assert update.note.body == given["words"]
    assert mails(session, confirmed) == [("status", 10.0)]


def test_forwarding_tells_unit_and_reporter_and_counts_a_correction(session, confirmed, decide, rules):
    update = decide(triage.forward, confirmed, unit_code="eiendom", rules=rules)
    assert (confirmed.status, confirmed.unit_code, update.unit_code) == ("forwarded", "eiendom", "eiendom")
    assert session.execute(text("SELECT corrected FROM forwarding")).scalars().all() == [True]
    assert mails(session, confirmed) == [("status", 10.0)]


def test_an_unplaced_report_is_placed_before_it_is_forwarded(session, make_report, decide, rules, kari, clock):
    report = make_report(address="Storgata 64")
    with pytest.raises(Conflict, match="Place the report"):
        decide(triage.forward, report, unit_code="bydrift", rules=rules)
    right_unit.place(session, report, lat=STORGATA[0], lon=STORGATA[1], rules=rules, by=kari, at=clock())
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    assert (report.status, report.address) == ("forwarded", "Storgata 64")


def test_a_place_outside_the_municipality_is_refused(session, make_report, rules, kari, clock):
    report = make_report()
    with pytest.raises(Invalid, match="outside"):
        right_unit.place(session, report, lat=59.9, lon=10.7, rules=rules, by=kari, at=clock())
    with pytest.raises(Invalid):
        right_unit.place(session, report, lat=None, lon=10.7, rules=rules, by=kari, at=clock())


def test_a_duplicate_is_found_by_the_reference_as_people_read_it(session, make_report, confirmed, decide):
    first = make_report()
    decide(merging.mark_duplicate, confirmed, typed=first.shown_reference)
    assert (confirmed.status, confirmed.duplicate_of_id) == ("duplicate", first.id)
    assert mails(session, confirmed) == [("status", 10.0)]


def test_duplicates_never_make_a_circle_and_never_name_nothing(make_report, decide):
    one, other = make_report(), make_report()
    decide(merging.mark_duplicate, one, typed=other.reference)
    with pytest.raises(Conflict, match="merged already"):
        decide(merging.mark_duplicate, other, typed=one.reference)
    with pytest.raises(Invalid, match="merged with itself"):
        decide(merging.mark_duplicate, other, typed=other.reference)
    with pytest.raises(Invalid, match="no report with this reference"):
        decide(merging.mark_duplicate, other, typed="12345")


def test_only_an_authority_outside_can_be_referred_to(session, confirmed, decide, rules):
    with pytest.raises(Invalid, match="outside"):
        decide(right_unit.refer, confirmed, unit_code="bydrift", rules=rules)
    decide(right_unit.refer, confirmed, unit_code="statens_vegvesen", rules=rules)
    assert confirmed.status == "referred"
    assert session.execute(text("SELECT count(*) FROM delivery")).scalar() == 0


def test_a_question_goes_to_a_confirmed_address_only_and_stops_the_due_date(session, make_report, confirmed, decide):
    with pytest.raises(Conflict, match="no confirmed"):
        decide(triage.ask, make_report(email="nobody@example.org"), words="Which lamp?")
    decide(triage.ask, confirmed, words="Which lamp?")
    assert confirmed.waiting_since is not None
    assert confirmed.status == "new"
    assert mails(session, confirmed) == [("question", 10.0)]


def test_a_closed_report_is_reopened_before_anything_else(session, confirmed, decide):
    decide(triage.reject, confirmed, words="No.")
    with pytest.raises(Conflict):
        decide(triage.ask, confirmed, words="Which lamp?")
    decide(triage.reopen, confirmed)
    assert (confirmed.status, confirmed.closed_at) == ("new", None)


def test_a_public_note_is_heard_of_and_an_internal_one_is_not(session, confirmed, decide):
    decide(noting.note, confirmed, words="Ring Siri about the key.", public=False)
    assert mails(session, confirmed) == []
    decide(noting.note, confirmed, words="The part is ordered.", public=True)
    assert mails(session, confirmed) == [("status", 10.0)]


def test_notes_written_at_once_are_all_kept(session, confirmed, decide):
    for number in range(3):
        decide(noting.note, confirmed, words=f"Note {number}", public=False)
    assert history(session, confirmed).count("noted") == 3


def test_another_category_moves_unit_and_due_date(session, make_report, rules, kari, clock):
    report = make_report()
    due = report.due_at
    clock.pass_(days=3)
    right_unit.change_category(session, report, code="school", rules=rules, by=kari, at=clock())
    session.commit()
    assert report.proposed_unit_code == "eiendom"
    assert report.due_at != due
    assert history(session, report) == ["submitted", "category_changed"]
    with pytest.raises(Invalid):
        right_unit.change_category(session, report, code="no_such", rules=rules, by=kari, at=clock())


def test_the_due_date_of_a_new_category_counts_from_the_day_of_receipt(session, make_report, rules, kari, clock):
    report = make_report(category="school")
    fresh = make_report(category="lamp_dark")
    clock.pass_(days=20)
    right_unit.change_category(session, report, code="lamp_dark", rules=rules, by=kari, at=clock())
    assert report.due_at == fresh.due_at


def test_a_decision_on_an_old_page_is_a_conflict_and_changes_nothing(session, confirmed, decide, rules):
    seen = confirmed.version
    decide(triage.forward, confirmed, unit_code="bydrift", rules=rules)
    with pytest.raises(Conflict, match="Somebody else changed"):
        decide(triage.reject, confirmed, words="No.", version=seen)
    session.rollback()
    assert confirmed.status == ReportStatus.FORWARDED


def test_every_decision_frees_the_claim(session, confirmed, decide, kari, clock):
    confirmed.claimed_by_id, confirmed.claimed_at = kari.id, clock()
    session.commit()
    decide(triage.reject, confirmed, words="No.")
    assert confirmed.claimed_by_id is None


def test_what_was_published_is_not_public_again_after_a_private_category(session, make_report, rules, kari, clock):
    report = make_report(category="lamp_dark", description="Nina was hit by a stone")
    photo = Photo(report_id=report.id, created_at=clock(), width=1, height=1, sha256="0" * 64, public=True)
    session.add(photo)
    report.text_public = True
    session.commit()
    private = next(one.code for one in rules.categories.values() if one.private)
    for code in (private, "lamp_dark"):
        right_unit.change_category(session, report, code=code, rules=rules, by=kari, at=clock())
        session.commit()
    session.expire_all()
    assert (report.private, report.text_public, photo.public) == (False, False, False)


def test_a_correction_into_a_private_category_unpublishes_too(session, make_report, clock):
    report = make_report(category="lamp_dark", description="It is dark")
    report.text_public = True
    for code, private in (("private", True), ("lamp_dark", False)):
        changed = {"category_code": code, "private": private}
        report.correct(changed, what=["category"], actor=REPORTER, at=clock(), before=None)
        session.commit()
    assert not report.text_public


def test_what_belongs_to_the_desk_itself_is_not_sent_to_its_own_inbox(session, make_report, decide, rules):
    praise = make_report(category="praise")
    assert praise.proposed_unit_code == rules.desk_unit == "servicetorget"
    with pytest.raises(Conflict, match="belongs to the service desk itself"):
        decide(triage.forward, praise, unit_code="servicetorget", rules=rules)
    session.refresh(praise)
    assert praise.status == "new"
    with pytest.raises(Conflict, match="belongs to the service desk itself"):
        decide(triage.forward, make_report(), unit_code="bydrift", rules=rules, informed=["servicetorget"])
