"""The right unit: several told in one decision, another category with its questions, another place."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.errors import Conflict, Invalid
from app.models import Delivery, Forwarding, Update
from app.queries.visible import report_for
from app.services import forwarding, right_unit, triage, undoing
from tests.application import STORGATA


def history(session, report):
    query = select(Update.kind, Update.unit_code).where(Update.report_id == report.id).order_by(Update.id)
    return [tuple(row) for row in session.execute(query)]


def sent(session, report):
    query = select(Forwarding).where(Forwarding.report_id == report.id).order_by(Forwarding.id)
    return list(session.scalars(query.options(joinedload(Forwarding.deliveries))).unique())


@pytest.fixture
def undo(session, kari, clock):
    def do(report, update):
        loaded = report_for(session, kari, report.reference, joinedload(type(report).reporter))
        undoing.undo(session, loaded, update_id=update.id, by=kari, at=clock(), undo_seconds=10)
        session.commit()

    return do


def test_one_unit_is_responsible_and_others_are_told_in_the_same_decision(session, make_report, decide, rules):
    report = make_report()
    decide(triage.forward, report, unit_code="bydrift", informed=["eiendom", "park_idrett", "bydrift"], rules=rules)
    session.refresh(report)
    assert (report.status, report.unit_code) == ("forwarded", "bydrift")
    assert {(one.unit_code, one.for_information) for one in sent(session, report)} == {
        ("bydrift", False), ("eiendom", True), ("park_idrett", True),
    }  # fmt: skip
    assert all(one.deliveries for one in sent(session, report))
    assert history(session, report)[1:] == [
        ("informed", "eiendom"), ("informed", "park_idrett"), ("forwarded", "bydrift"),
    ]  # fmt: skip


def test_one_undo_takes_all_of_it_back(session, make_report, decide, rules, undo):
    report = make_report()
    made = decide(triage.forward, report, unit_code="bydrift", informed=["eiendom"], rules=rules)
    undo(report, made)
    session.refresh(report)
    assert (report.status, report.unit_code) == ("new", None)
    assert all(one.undone_at for one in sent(session, report))
    assert set(session.scalars(select(Delivery.state))) == {"cancelled"}
    marked = select(Update.kind).where(Update.report_id == report.id, Update.data["undone"].as_boolean())
    assert set(session.scalars(marked)) == {"informed", "forwarded"}


def test_nothing_is_taken_back_when_a_unit_has_heard_of_it_already(session, make_report, decide, rules, undo, clock):
    report = make_report()
    made = decide(triage.forward, report, unit_code="bydrift", informed=["eiendom"], rules=rules)
    told = next(one for one in sent(session, report) if one.for_information)
    told.deliveries[0].start(at=clock())
    session.commit()
    with pytest.raises(Conflict):
        undo(report, made)
    session.rollback()
    session.refresh(report)
    assert report.status == "forwarded"


def test_a_unit_is_only_told_and_that_can_be_undone(session, make_report, decide, rules, undo):
    report = make_report()
    made = decide(right_unit.inform, report, units=["eiendom", "park_idrett"], rules=rules)
    session.refresh(report)
    assert (report.status, report.unit_code) == ("new", None)
    undo(report, made)
    assert [one.undone_at is not None for one in sent(session, report)] == [True, True]


def test_a_unit_that_knows_already_is_not_told_twice(make_report, decide, rules):
    report = make_report()
    decide(right_unit.inform, report, units=["eiendom"], rules=rules)
    with pytest.raises(Conflict, match="knows of this report"):
        decide(triage.forward, report, unit_code="bydrift", informed=["eiendom"], rules=rules)


def test_what_was_told_for_information_can_be_called_back_and_stands_in_the_history(
    session, make_report, decide, rules, kari, clock
):
    report = make_report()
    decide(right_unit.inform, report, units=["eiendom"], rules=rules)
    (told,) = sent(session, report)
    for delivery in told.deliveries:
        delivery.start(at=clock())
        delivery.succeed(at=clock())
    session.commit()
    forwarding.call_back(session, told, rules=rules, by=kari, at=clock())
    session.commit()
    session.refresh(report)
    assert report.status == "new"
    assert history(session, report)[-1] == ("called_back", "eiendom")
    mails = select(Delivery.channel).where(Delivery.kind == "call_back")
    assert session.scalars(mails).all() == ["email"]


def test_answers_that_fit_the_new_category_are_kept_and_the_others_stay_readable_for_staff(
    session, make_report, kari, clock, rules
):
    new = rules.categories["surface_water"]
    report = make_report(category="bus_stop", answers={"fault": "shelter"})
    answer = new.question("source").options[0].code
    update = right_unit.change_category(
        session, report, code=new.code, rules=rules, by=kari, at=clock(), answers={"source": answer}, words="Wet road"
    )
    assert [one["value"] for one in report.answers] == [answer]
    assert update.note.body.startswith("Wet road")
    assert "What is wrong? The shelter is damaged" in update.note.body
    assert not update.note.public and not update.public


def test_an_answer_that_is_none_is_refused_and_a_required_one_may_stay_open(session, make_report, kari, clock, rules):
    report = make_report(category="lamp_dark")
    with pytest.raises(Invalid) as refused:
        right_unit.change_category(
            session, report, code="surface_water", rules=rules, by=kari, at=clock(), answers={"source": "the moon"}
        )
    assert "answers.source" in refused.value.fields
    right_unit.change_category(session, report, code="surface_water", rules=rules, by=kari, at=clock())
    assert report.answers == []


def test_history_says_which_unit_and_which_date_another_category_meant(session, make_report, kari, clock, rules):
    report = make_report(category="lamp_dark")
    due = report.due_at
    clock.pass_(days=3)
    update = right_unit.change_category(session, report, code="pothole", rules=rules, by=kari, at=clock())
    assert update.data["category"] == "pothole"
    if report.due_at != due:
        assert update.data["due_before"] == due.isoformat()
        assert update.data["due"] == report.due_at.isoformat()
    assert report.due_at > report.created_at


def test_a_moved_pin_says_how_far_and_nothing_in_words_of_people(session, make_report, kari, clock, rules):
    report = make_report()
    lat, lon = STORGATA
    update = right_unit.place(session, report, lat=lat + 0.001, lon=lon, rules=rules, by=kari, at=clock())
    assert update.data["metres"] == 112
    assert "address" not in update.data and "lat" not in update.data


def test_a_letter_goes_only_to_an_authority_and_its_reporter_is_told_whom_to_ask(session, make_report, decide, rules):
    report = make_report()
    with pytest.raises(Invalid, match="authority"):
        decide(right_unit.refer, report, unit_code="bydrift", rules=rules, letter=True)
    decide(right_unit.refer, report, unit_code="statens_vegvesen", rules=rules, letter=True)
    session.refresh(report)
    assert report.status == "referred"
    (one,) = sent(session, report)
    assert [delivery.channel for delivery in one.deliveries] == ["email"]


def test_others_have_it_already_sends_no_letter(session, make_report, decide, rules):
    report = make_report()
    decide(right_unit.refer, report, unit_code="statens_vegvesen", rules=rules)
    assert sent(session, report) == []
