"""Undo: ten seconds in which a decision is taken back and nothing has gone out."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.errors import Conflict, NotFound
from app.models import Delivery, Notification, Rating, Role, Update
from app.queries.public import history
from app.services import merging, moderation, noting, rating, right_unit, triage, undoing


@pytest.fixture
def confirmed(make_report, session, clock):
    """A report whose reporter confirmed the address; the receipt has gone."""
    report = make_report(email="resident@example.org", description="It is dark")
    report.reporter.confirm(at=clock())
    session.execute(text("UPDATE notification SET state = 'sent'"))
    session.commit()
    return report


@pytest.fixture
def undo(session, kari, clock):
    def do(report, update, by=kari):
        made = undoing.undo(session, report, update_id=update.id, by=by, at=clock(), undo_seconds=10)
        session.commit()
        return made

    return do


def decisions(rules, other):
    return {
        "forward": (triage.forward, {"unit_code": "bydrift", "rules": rules}),
        "forward outside": (triage.forward, {"unit_code": "statens_vegvesen", "rules": rules}),
        "reject": (triage.reject, {"words": "No."}),
        "answer": (triage.answer, {"words": "Thanks."}),
        "refer": (right_unit.refer, {"unit_code": "statens_vegvesen", "rules": rules}),
        "duplicate": (merging.mark_duplicate, {"typed": other.reference}),
        "ask": (triage.ask, {"words": "Which lamp?"}),
        "note": (noting.note, {"words": "The part is ordered.", "public": True}),
    }


NAMES = ["forward", "forward outside", "reject", "answer", "refer", "duplicate", "ask", "note"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("start", ["new", "forwarded"])
def test_undo_brings_everything_back_and_nothing_goes_out(
    session, confirmed, make_report, decide, undo, rules, name, start, clock
):
    if start == "forwarded":
        decide(triage.forward, confirmed, unit_code="eiendom", rules=rules)
        session.execute(text("UPDATE delivery SET state = 'sent'"))
        session.execute(text("UPDATE notification SET state = 'sent'"))
        clock.pass_(minutes=5)
    verb, given = decisions(rules, make_report())[name]
    columns = ("status", "unit_code", "duplicate_of_id", "waiting_since", "closed_at", "due_at")
    before = {column: getattr(confirmed, column) for column in columns}
    shown = [one.id for one in public_history(session, confirmed)]
    update = decide(verb, confirmed, **given)
    clock.pass_(seconds=8)
    undo(confirmed, update)
    assert {column: getattr(confirmed, column) for column in columns} == before
    assert session.scalars(select(Notification.state).where(Notification.state == "pending")).all() == []
    assert session.scalars(select(Delivery.state).where(Delivery.state == "pending")).all() == []
    assert [one.id for one in public_history(session, confirmed)] == shown
    kinds = session.scalars(select(Update.kind).where(Update.report_id == confirmed.id).order_by(Update.id)).all()
    assert kinds[-1] == "undone", "history keeps the decision and its undo"
    assert session.get(Update, update.id) is not None


def public_history(session, report):
    session.expire_all()
    return history(
        session.scalars(select(type(report)).where(type(report).id == report.id).options(*loaded(type(report)))).one()
    )


def loaded(report):
    from sqlalchemy.orm import joinedload, selectinload

    return [selectinload(report.updates).joinedload(Update.note), joinedload(report.reporter)]


def test_undo_comes_too_late_when_the_seconds_are_over(confirmed, decide, undo, clock):
    update = decide(triage.reject, confirmed, words="No.")
    clock.pass_(seconds=14)
    with pytest.raises(Conflict, match="no longer be undone"):
        undo(confirmed, update)
    assert confirmed.status == "rejected"


def test_undo_comes_too_late_when_the_mail_has_gone(session, confirmed, decide, undo):
    update = decide(triage.reject, confirmed, words="No.")
    session.execute(text("UPDATE notification SET state = 'sending'"))
    session.commit()
    with pytest.raises(Conflict, match="gone out"):
        undo(confirmed, update)


def test_a_decision_is_undone_once_and_by_whoever_made_it(session, confirmed, decide, undo, make_staff):
    update = decide(triage.reject, confirmed, words="No.")
    colleague = make_staff("Nils", Role.DESK)
    with pytest.raises(NotFound):
        undo(confirmed, update, by=colleague)
    undo(confirmed, update)
    with pytest.raises(Conflict):
        undo(confirmed, update)


def test_only_the_last_thing_that_happened_can_be_undone(confirmed, decide, undo, session):
    update = decide(triage.reject, confirmed, words="No.")
    decide(triage.reopen, confirmed)
    with pytest.raises(Conflict):
        undo(confirmed, update)


def test_a_decision_on_another_report_is_not_there_to_undo(confirmed, make_report, decide, undo):
    update = decide(triage.reject, confirmed, words="No.")
    with pytest.raises(NotFound):
        undo(make_report(), update)


def test_hiding_can_be_undone(session, confirmed, kari, clock, undo):
    update = moderation.hide(session, confirmed, hidden=True, by=kari, at=clock(), words="A face in the text")
    session.commit()
    assert confirmed.hidden_at is not None
    undo(confirmed, update)
    assert confirmed.hidden_at is None


def test_a_rating_of_an_end_that_was_undone_goes_with_it(session, confirmed, decide, undo, clock):
    session.add(Rating(report_id=confirmed.id, score=5, at=clock()))
    session.commit()
    clock.pass_(days=1)
    decided = decide(noting.note, confirmed, words="The part is ordered.", public=True)
    undo(confirmed, decided)
    assert session.get(Rating, confirmed.id) is not None, "one of an earlier end stays"
    decided = decide(triage.answer, confirmed, words="Thanks.")
    clock.pass_(seconds=4)
    rating.rate(session, confirmed, score=1, words="", at=clock())
    session.commit()
    undo(confirmed, decided)
    session.expire_all()
    assert session.get(Rating, confirmed.id) is None
