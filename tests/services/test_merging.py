"""Merging: nobody who sent one of them is forgotten, nothing is lost, nothing goes in circles, and it comes apart."""

from __future__ import annotations

import secrets
import threading
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from app.db import transaction
from app.errors import Conflict, DomainError, Invalid
from app.models import REPORTER, Actor, Merge, Notification, Photo, Report, Role, Staff, Update
from app.queries.duplicates import parts, public_photos_of_parts
from app.queries.visible import report_for
from app.services import erasing, following, merging, notifying, outgoing, supporting, triage, undoing
from app.services.drafts import ReportDraft
from app.services.erasing import Files
from app.services.reporting import submit_report
from app.storage import PhotoStore
from tests.application import SECRET, STORGATA
from tests.mail import text_of

WORDS = "Grannen min Ola Hansen kjører alltid for fort forbi her."


@pytest.fixture
def known(session, make_report, clock):
    """`known("a@example.org")`: a report whose sender confirmed the address."""

    def make(email, **given):
        report = make_report(email=email, **given)
        report.reporter.confirm(at=clock())
        session.commit()
        return report

    return make


@pytest.fixture
def deliver(session, office, clock, postbox):
    """Send all that waits, and give the mails of this time by their address."""

    def send():
        clock.pass_(seconds=11)
        before = len(postbox.mails)
        for row_id in session.scalars(select(Notification.id).where(Notification.state == "pending")).all():
            outgoing.notify(office, notification_id=row_id)
        session.expire_all()
        return {str(mail["To"]): text_of(mail) for mail in postbox.mails[before:]}

    return send


def merge(decide, one, into):
    return decide(merging.mark_duplicate, one, typed=into.reference)


def undo(session, decision, report, *, by, clock):
    loaded = report_for(session, by, report.reference, joinedload(Report.reporter))
    undoing.undo(session, loaded, update_id=decision.id, by=by, at=clock(), undo_seconds=10)
    session.commit()
    session.expire_all()


def still_broken(session, report, *, clock, words="Den er mørk igjen.", key="", days=60):
    said = following.still_broken(session, report, words=words, key=key, at=clock(), days=days)
    session.commit()
    session.expire_all()
    return said


def test_what_cannot_be_merged_is_said_in_words(session, make_report, decide, kari, clock):
    one, closed, private = make_report(), make_report(), make_report(category="complaint", description="Hei")
    closed.reject(actor=Actor.of(kari), at=clock(), words="No.")
    session.commit()
    for typed, refusal, sentence in (
        (one.reference, Invalid, "merged with itself"),
        (closed.reference, Conflict, "is closed"),
        ("2026-000-000", Invalid, "no report with this reference"),
        ("", Invalid, "no report with this reference"),
        (private.reference, Conflict, "is not public"),
    ):
        with pytest.raises(refusal, match="reference" if refusal is Invalid and not sentence else None) as told:
            decide(merging.mark_duplicate, one, typed=typed)
        assert sentence in told.value.message, typed
        session.rollback()
    with pytest.raises(Conflict) as told:
        decide(merging.mark_duplicate, closed, typed=one.reference)
    assert "Reopen it before you merge it" in told.value.message


def test_into_one_that_is_merged_itself_means_the_one_that_stays(session, make_report, decide):
    first, second, third = make_report(), make_report(), make_report()
    merge(decide, second, first)
    made = merge(decide, third, second)
    assert third.duplicate_of_id == first.id
    assert made.data["typed"] == second.id, "what was typed is on record"
    with pytest.raises(Conflict, match="merged already"):
        merge(decide, first, third)


def test_what_had_gone_into_a_report_goes_along_and_comes_back(session, make_report, decide, kari, clock):
    first, second, third = make_report(), make_report(), make_report()
    merge(decide, third, second)
    made = merge(decide, second, first)
    session.expire_all()
    assert {second.duplicate_of_id, third.duplicate_of_id} == {first.id}
    assert (first.support_count, second.support_count) == (2, 1)
    undo(session, made, second, by=kari, clock=clock)
    assert (second.status, second.duplicate_of_id, third.duplicate_of_id) == ("new", None, second.id)
    assert (first.support_count, second.support_count) == (0, 1)


def test_the_earlier_due_date_counts_and_comes_back_when_they_come_apart(session, make_report, decide, clock):
    first, second, third = make_report(), make_report(), make_report()
    own, soon, sooner = first.due_at, first.due_at - timedelta(days=2), first.due_at - timedelta(days=3)
    second.due_at, third.due_at = soon, sooner
    session.commit()
    merge(decide, second, first)
    merge(decide, third, first)
    session.expire_all()
    assert first.due_at == sooner
    decide(merging.split, second)
    session.expire_all()
    assert first.due_at == sooner, "the third is still part of it"
    decide(merging.split, third)
    session.expire_all()
    assert first.due_at == own


def test_a_merge_does_not_get_into_the_way_of_a_decision_on_the_one_that_stays(session, make_report, decide, rules):
    first, second = make_report(), make_report()
    second.due_at = first.due_at - timedelta(days=2)
    session.commit()
    version = first.version
    merge(decide, second, first)
    decide(triage.forward, first, unit_code="bydrift", rules=rules, version=version)


def test_everybody_hears_once_of_what_happens_to_the_one_that_stays(session, known, decide, deliver, rules):
    first, second, third = known("a@example.org"), known("b@example.org"), known("A@example.org")
    mine = supporting.support(
        session, second.reference, device="x", secret=SECRET, language="en", at=second.created_at
    ).support
    supporting.follow(session, mine, email="b@example.org", language="en", at=second.created_at)
    supporting.confirm(session, mine, at=second.created_at)
    session.commit()
    merge(decide, second, first)
    merge(decide, third, first)
    deliver()
    session.expire_all()
    assert first.support_count == 1, "b sent one and tapped once, and a is the reporter"
    decide(triage.forward, first, unit_code="bydrift", rules=rules)
    mails = deliver()
    assert set(mails) == {"a@example.org", "b@example.org"}
    assert second.shown_reference in mails["b@example.org"]


def test_who_sent_the_merged_one_is_asked_to_tell_when_it_is_not_mended(session, known, decide, deliver, ola, clock):
    first, second = known("a@example.org", description=WORDS), known("b@example.org")
    merge(decide, second, first)
    deliver()
    first.fix(actor=Actor.of(ola), at=clock(), words="Ny pære.")
    update = session.scalars(select(Update).where(Update.report_id == first.id).order_by(Update.id.desc())).first()
    notifying.tell_supporters(session, first, update, at=clock())
    session.commit()
    (mail,) = deliver().values()
    assert "Ny pære." in mail
    assert "Is it still broken? Open your report and tell us" in " ".join(mail.split())
    assert f"/follow/{second.shown_reference}/" in mail
    assert "Hansen" not in mail
    assert "a@example.org" not in mail


def test_still_broken_opens_the_one_that_stays_and_the_words_stay_with_their_sender(
    session, known, decide, deliver, kari, clock
):
    first, second, third = known("a@example.org"), known("b@example.org"), known("c@example.org")
    merge(decide, second, first)
    merge(decide, third, first)
    decide(triage.reject, first, words="Ingenting å se.")
    deliver()
    assert still_broken(session, second, clock=clock, words=WORDS, key="k1") is following.Said.NOW
    assert (first.status, second.status, second.duplicate_of_id) == ("new", "duplicate", first.id)
    mails = deliver()
    assert set(mails) == {"a@example.org", "c@example.org"}, "not to who has just said it"
    assert not any("Hansen" in mail for mail in mails.values())
    assert session.scalars(select(Update.actor_kind).where(Update.kind == "reopened")).all() == ["system"]
    assert parts(session, first)[0].said == WORDS, "the desk reads them"
    assert still_broken(session, second, clock=clock, words=WORDS, key="k1") is following.Said.BEFORE
    assert still_broken(session, third, clock=clock, words="Her også.", key="k2") is following.Said.ADDED
    assert third.status == "duplicate"


def test_while_the_work_goes_on_the_sender_who_objects_has_reported_another_thing(session, known, decide, clock):
    first, second = known("a@example.org"), known("b@example.org")
    merge(decide, second, first)
    still_broken(session, second, clock=clock, words="Det er et annet hull.")
    assert (first.status, second.status, second.duplicate_of_id) == ("new", "new", None)
    assert first.support_count == 0
    assert session.scalar(select(func.count()).select_from(Merge).where(Merge.ended_at.is_(None))) == 0


def test_when_the_one_that_stays_is_withdrawn_the_others_are_not_lost(session, known, decide, deliver, clock):
    first, second = known("a@example.org"), known("b@example.org")
    merge(decide, second, first)
    deliver()
    following.withdraw(session, first, at=clock())
    session.commit()
    (mail,) = deliver().values()
    assert "Open your report and tell us" in " ".join(mail.split())
    still_broken(session, second, clock=clock)
    assert (first.status, second.status) == ("withdrawn", "new")


def test_taken_apart_it_has_its_photos_and_supporters_again_and_the_reporter_is_told(
    session, known, decide, deliver, kari, clock
):
    first, second = known("a@example.org"), known("b@example.org")
    session.add(Photo(id=uuid.uuid4(), report_id=second.id, created_at=clock(), width=1, height=1, sha256="0" * 64))
    seen = Photo(
        id=uuid.uuid4(), report_id=second.id, created_at=clock(), width=1, height=1, sha256="1" * 64, public=True
    )
    session.add(seen)
    supporting.support(session, second.reference, device="x", secret=SECRET, language="en", at=clock())
    session.commit()
    merge(decide, second, first)
    session.expire_all()
    assert first.support_count == 2
    assert len(parts(session, first)[0].photo_ids) == 2, "staff see both"
    assert [one.id for one in public_photos_of_parts(session, first)] == [seen.id], "others what was let through"
    deliver()
    made = decide(merging.split, second)
    assert "stands by itself again" in deliver()["b@example.org"]
    session.expire_all()
    assert (first.support_count, second.support_count, second.status) == (0, 1, "new")
    assert public_photos_of_parts(session, first) == []
    clock.pass_(seconds=-11)
    with pytest.raises(Conflict):
        undo(session, made, second, by=kari, clock=clock)


def test_taking_apart_can_be_undone_too(session, make_report, decide, kari, clock):
    first, second, third = make_report(), make_report(), make_report()
    second.due_at = first.due_at - timedelta(days=2)
    session.commit()
    merge(decide, third, second)
    merge(decide, second, first)
    made = decide(merging.split, second)
    session.expire_all()
    assert third.duplicate_of_id == second.id
    undo(session, made, second, by=kari, clock=clock)
    assert {second.duplicate_of_id, third.duplicate_of_id} == {first.id}
    assert (first.support_count, first.due_at) == (2, second.due_at)


def test_who_is_erased_takes_words_and_photos_along_and_the_rest_goes_on(
    session, known, decide, deliver, settings, clock, kari
):
    first, second = known("a@example.org"), known("b@example.org", description=WORDS)
    merge(decide, second, first)
    deliver()
    erasing.erase_by_desk(
        session,
        second,
        files=Files(PhotoStore(settings.photo_dir), settings.data_dir, SECRET),
        by=kari,
        at=clock(),
        version=second.version,
    )
    session.commit()
    session.expire_all()
    assert parts(session, first)[0].words is None
    decide(triage.reject, first, words="Sorry.")
    assert set(deliver()) == {"a@example.org"}


def test_a_unit_cannot_reach_the_desks_verbs_for_a_report_of_another_unit(
    session, make_report, eva, ola, decide, rules
):
    first, second = make_report(), make_report()
    decide(triage.forward, second, unit_code="bydrift", rules=rules)
    assert report_for(session, ola, second.reference, to_act=True).id == second.id
    with pytest.raises(DomainError):
        report_for(session, eva, second.reference, to_act=True)
    with pytest.raises(DomainError):
        report_for(session, eva, first.reference, to_act=True)


def test_a_decision_takes_few_statements(session, make_report, kari, clock, count_queries):
    first, second = make_report(), make_report()
    report = report_for(session, kari, second.reference, joinedload(Report.reporter))
    with count_queries() as counted:
        merging.mark_duplicate(session, report, typed=first.reference, by=kari, at=clock(), undo_seconds=10)
    assert counted.number <= 7, counted.statements


@pytest.fixture
def for_real(real_session_factory, rules, clock):
    """Two people at the desk and as many reports as asked for, committed."""

    def make(number):
        with transaction(real_session_factory) as session:
            people = [
                Staff(email=f"{name}@x.example", name=name, role=Role.DESK.value, created_at=clock(), language="en")
                for name in ("Kari", "Nils")
            ]
            session.add_all(people)
            place = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
            made = [submit_report(session, place, rules=rules, at=clock()).reference for _ in range(number)]
        return people, made

    return make


@pytest.mark.realdb
def test_many_who_merge_and_split_at_once_make_no_circle_and_no_deadlock(real_session_factory, for_real, clock):
    people, made = for_real(4)
    refused, begin = [], threading.Barrier(5)

    def act(number):
        begin.wait(timeout=10)
        for step in range(5):
            one, other = made[(number + step) % 4], made[(number * 3 + step * 2 + 1) % 4]
            try:
                with transaction(real_session_factory) as session:
                    staff = people[number % 2]
                    report = report_for(session, staff, one, joinedload(Report.reporter), to_act=True)
                    how = {"by": staff, "at": clock(), "undo_seconds": 10, "version": report.version}
                    if report.duplicate_of_id is not None:
                        merging.split(session, report, **how)
                    else:
                        merging.mark_duplicate(session, report, typed=other, **how)
            except (DomainError, StaleDataError) as error:
                refused.append(error)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert len(refused) < 25, "some went through"
    with transaction(real_session_factory) as session:
        reports = {report.id: report for report in session.scalars(select(Report))}
        for report in reports.values():
            if report.duplicate_of_id is not None:
                assert reports[report.duplicate_of_id].duplicate_of_id is None, "what stays is one step away"
                assert report.status == "duplicate"
            standing = select(Merge).where(Merge.report_id == report.id, Merge.ended_at.is_(None))
            assert (session.scalar(standing) is not None) == (report.duplicate_of_id is not None)
            if report.duplicate_of_id is None:
                assert report.support_count == sum(one.duplicate_of_id == report.id for one in reports.values())


@pytest.mark.realdb
def test_still_broken_and_a_decision_on_the_one_that_stays_do_not_wait_for_each_other(
    real_session_factory, for_real, clock, rules
):
    (kari, _), (first, second) = for_real(2)
    failed, begin = [], threading.Barrier(2)

    def desk(session):
        kept = report_for(session, kari, first, joinedload(Report.reporter), to_act=True)
        triage.reject(session, kept, words="No.", by=kari, at=clock(), undo_seconds=10)

    def sender(session):
        loaded = select(Report).where(Report.reference == second)
        part = session.scalars(loaded.options(joinedload(Report.photos))).unique().one()
        following.still_broken(session, part, words=secrets.token_hex(4), at=clock(), days=60)

    def act(verb):
        begin.wait(timeout=10)
        for _ in range(5):
            try:
                with transaction(real_session_factory) as session:
                    verb(session)
            except (DomainError, StaleDataError):
                pass
            except Exception as error:  # noqa: BLE001  (a deadlock is what must not come)
                failed.append(error)

    with transaction(real_session_factory) as session:
        part = report_for(session, kari, second, joinedload(Report.reporter), to_act=True)
        merging.mark_duplicate(session, part, typed=first, by=kari, at=clock(), undo_seconds=0)
    threads = [threading.Thread(target=act, args=(verb,)) for verb in (desk, sender)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failed == []


def test_a_withdrawn_one_is_nobodys_to_merge_into(session, make_report, decide, clock):
    one, gone = make_report(), make_report()
    gone.withdraw(actor=REPORTER, at=clock())
    session.commit()
    with pytest.raises(Conflict):
        merge(decide, one, gone)
