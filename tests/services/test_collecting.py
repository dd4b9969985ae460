"""Several pieces of news for one reader are one mail, in order, and each of them is told exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import joinedload

from app.db import transaction
from app.models import Notification, NotificationKind, Report, Update
from app.queries import deliveries
from app.queries.visible import report_for
from app.services import (
    merging,
    moderation,
    notifying,
    noting,
    outgoing,
    recovery,
    supporting,
    triage,
    undelivered,
    undoing,
    units,
)
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.mail import html_of, text_of

NINA = "nina@example.org"


@pytest.fixture
def office(office):
    """As it is set up by default: news waits five minutes for more."""
    settings = office.settings.model_copy(update={"mail_collect_minutes": 5.0, "public_url": "https://gatami.example"})
    return replace(office, settings=settings)


@pytest.fixture
def known(session, make_report, clock):
    """A report whose reporter hears of it: `known("nina@example.org")`."""

    def make(email=NINA, **given):
        report = make_report(email=email, **given)
        report.reporter.confirm(at=clock())
        session.execute(text("UPDATE notification SET state = 'sent' WHERE kind = 'receipt'"))
        session.commit()
        return report

    return make


@pytest.fixture
def unit(session, ola, clock):
    """`unit(units.fix, report)` as Ola."""

    def do(verb, report, **given):
        loaded = report_for(session, ola, report.reference, joinedload(Report.reporter))
        update = verb(session, loaded, by=ola, at=clock(), **given)
        session.commit()
        return update

    return do


@pytest.fixture
def work(session, office, clock, postbox):
    """What a worker does after a while: every job whose time has come. Gives the mails of this time."""

    def pass_(within=office, **delta):
        clock.pass_(**delta)
        before = len(postbox.mails)
        due = select(Notification.id).where(Notification.state == "pending", Notification.next_attempt_at <= clock())
        for _ in range(2):  # A row that is put off has a second job.
            for row_id in session.scalars(due.order_by(Notification.id)).all():
                outgoing.notify(within, notification_id=row_id)
            session.expire_all()
        return postbox.mails[before:]

    return pass_


def rows(session, kind="status"):
    return session.scalars(select(Notification).where(Notification.kind == kind).order_by(Notification.id)).all()


def forwarded(decide, rules, report):
    return decide(triage.forward, report, unit_code="bydrift", rules=rules)


def test_what_happens_to_a_report_within_minutes_is_one_mail_that_tells_it_in_order(
    session, known, decide, unit, rules, work
):
    report = known()
    forwarded(decide, rules, report)
    assert work(seconds=11) == []
    unit(units.take, report)
    unit(units.answer, report, words="We come on Tuesday.", public=True)
    assert work(minutes=4) == []
    (mail,) = work(minutes=1)
    body = text_of(mail)
    told = ["sent your report to City operations", "has started working", "has written something", "on Tuesday"]
    places = [body.index(words) for words in told]
    assert places == sorted(places)
    assert all(words in " ".join(html_of(mail).split()) for words in told)
    assert "at the latest" in body
    carrier, *others = rows(session)
    assert {row.state for row in rows(session)} == {"sent"}
    assert [row.told_in_id for row in others] == [carrier.id, carrier.id]
    assert work(hours=1) == []


def test_the_end_is_told_after_undo_and_takes_along_what_waits(known, decide, unit, rules, work):
    report = known()
    forwarded(decide, rules, report)
    assert work(seconds=30) == []
    unit(units.take, report)
    unit(units.fix, report)
    (mail,) = work(seconds=10)
    body = text_of(mail)
    assert body.startswith("Fixed\n")
    assert "has started working" in body
    assert "It is fixed, says City operations" in body
    assert work(hours=1) == []


def test_forty_lamps_of_one_person_mended_at_once_are_one_mail_and_her_neighbour_has_his_own(
    session, known, unit, decide, rules, work, clock
):
    lamps = [known(lat=STORGATA[0] + number / 1000, lon=STORGATA[1]) for number in range(40)]
    neighbours = known("per@example.org")
    for report in [*lamps, neighbours]:
        forwarded(decide, rules, report)
    work(minutes=6)
    for number, report in enumerate([*lamps, neighbours]):  # A phone that was offline sends them one after the other.
        unit(units.fix, report)
        clock.pass_(seconds=number % 4 == 0)
    ninas, pers = sorted(work(seconds=10), key=lambda mail: str(mail["To"]))
    assert ninas["To"] == NINA
    assert ninas["Subject"] == "News about 40 of your reports"
    assert all(report.shown_reference in text_of(ninas) for report in lamps)
    assert text_of(ninas).count("It is fixed") == 40
    assert ninas["List-Unsubscribe"].endswith("/all>")
    assert neighbours.shown_reference not in text_of(ninas)
    assert pers["Subject"] == f"Report {neighbours.shown_reference}: One lamp is dark"
    assert {row.state for row in rows(session)} == {"sent"}
    assert work(hours=1) == []


def test_a_decision_that_can_still_be_undone_is_not_taken_along(known, decide, unit, rules, work, session, kari, clock):
    first, second = known(), known()
    forwarded(decide, rules, first)
    work(minutes=6)
    unit(units.fix, first)
    clock.pass_(seconds=8)
    rejected = decide(triage.reject, second, words="Private road.")
    (mail,) = work(seconds=3)
    assert second.shown_reference not in text_of(mail)
    loaded = report_for(session, kari, second.reference, joinedload(Report.reporter))
    undoing.undo(session, loaded, update_id=rejected.id, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    assert work(hours=1) == []


def test_a_question_goes_alone_and_does_not_wait(known, decide, rules, work):
    report = known()
    forwarded(decide, rules, report)
    decide(triage.ask, report, words="Which side of the road?")
    (mail,) = work(seconds=11)
    assert "Which side of the road?" in text_of(mail)
    assert "sent your report" not in text_of(mail)
    assert "List-Unsubscribe" not in mail
    (mail,) = work(minutes=5)
    assert "sent your report" in text_of(mail)


def test_nothing_is_told_twice_when_the_worker_is_killed_in_the_middle(
    known, decide, unit, rules, work, session, office, postbox, clock, monkeypatch
):
    class Killed(BaseException):
        """As sudden as SIGKILL: nothing of ours runs after it."""

    def die(*_: object, **__: object):
        raise Killed

    report = known()
    forwarded(decide, rules, report)
    unit(units.take, report)
    clock.pass_(minutes=6)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(outgoing, "_settle", die)
        outgoing.notify(office, notification_id=rows(session)[1].id)
    session.expire_all()
    assert [row.state for row in rows(session)] == ["sending", "sending"]
    unit(units.fix, report)
    (mail,) = work(minutes=5)
    assert "started working" not in text_of(mail)
    assert "It is fixed" in text_of(mail)
    assert recovery.recover(office).cut_off == 2
    session.expire_all()
    assert [row.state for row in rows(session)] == ["unknown", "unknown", "sent"]
    assert work(hours=1) == []
    assert len(postbox.mails) == 2


def test_a_worker_killed_before_it_wrote_anything_down_leaves_all_for_the_next(
    known, decide, unit, rules, work, session, office, clock, monkeypatch
):
    class Killed(BaseException):
        pass

    def die(*_: object, **__: object):
        raise Killed

    report = known()
    forwarded(decide, rules, report)
    unit(units.take, report)
    clock.pass_(minutes=6)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("app.services.letters.write", die)
        outgoing.notify(office, notification_id=rows(session)[0].id)
    session.expire_all()
    (mail,) = work()
    assert "sent your report" in text_of(mail)
    assert "started working" in text_of(mail)


def test_a_busy_server_gets_the_whole_mail_again_with_what_came_meanwhile(
    known, decide, unit, rules, work, session, postbox
):
    report = known()
    forwarded(decide, rules, report)
    unit(units.take, report)
    postbox.recipient_answers = ["451 4.3.0 Try again later"]
    assert work(minutes=6) == []
    assert [(row.state, row.told_in_id) for row in rows(session)] == [("pending", None)] * 2
    unit(units.fix, report)
    (mail,) = work(minutes=5)
    for words in ("sent your report", "started working", "It is fixed"):
        assert text_of(mail).count(words) == 1
    assert work(hours=1) == []


def test_a_mail_of_many_that_was_refused_is_one_line_at_the_desk_and_is_tried_again_whole(
    known, decide, unit, rules, work, session, postbox, kari, clock
):
    report = known()
    forwarded(decide, rules, report)
    unit(units.take, report)
    postbox.mail_answers = ["554 5.7.1 Spam"]
    assert work(minutes=6) == []
    found = deliveries.undelivered(session, kari)
    assert (len(found.to_reporters), found.reporters_in_all) == (1, 1)
    undelivered.retry_notification(session, found.to_reporters[0].id, by=kari, at=clock())
    session.commit()
    (mail,) = work()
    assert "sent your report" in text_of(mail)
    assert "started working" in text_of(mail)
    assert work(hours=1) == []


def test_a_mail_of_many_that_the_desk_takes_off_the_list_is_gone_whole(
    known, decide, unit, rules, work, session, postbox, kari, clock
):
    report = known()
    forwarded(decide, rules, report)
    unit(units.take, report)
    postbox.mail_answers = ["554 5.7.1 Spam"]
    work(minutes=6)
    (row,) = deliveries.undelivered(session, kari).to_reporters
    undelivered.settle_notification(session, row.id, by=kari, at=clock())
    session.commit()
    assert {row.state for row in rows(session)} == {"cancelled"}
    assert work(hours=1) == []


@pytest.mark.realdb
def test_eight_workers_at_once_tell_each_piece_in_one_mail(real_session_factory, rules, office, postbox, clock):
    free = replace(office, session_factory=real_session_factory)
    with transaction(real_session_factory) as session:
        for number in range(8):
            person = ReporterDraft(email=NINA, language="en")
            draft = ReportDraft(category="lamp_dark", lat=STORGATA[0] + number / 100, lon=STORGATA[1], reporter=person)
            report = submit_report(session, draft, rules=rules, at=clock())
            report.reporter.confirm(at=clock())
            update = Update(
                report_id=report.id, at=clock(), kind="taken", actor_kind="system", public=True,
                unit_code="bydrift", data={},
            )  # fmt: skip
            session.add(update)
            session.flush()
            notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=clock())
    clock.pass_(minutes=6)
    with transaction(real_session_factory) as session:
        ids = session.scalars(select(Notification.id).where(Notification.kind == "status")).all()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda row_id: outgoing.notify(free, notification_id=row_id), ids))
    (mail,) = postbox.mails
    assert mail["Subject"] == "News about 8 of your reports"
    with transaction(real_session_factory) as session:
        assert {row.state for row in rows(session)} == {"sent"}


def test_words_that_are_taken_back_before_the_mail_goes_are_not_in_it(known, decide, work, session):
    report = known()
    note = decide(noting.note, report, words="Call Nina Hansen on 99 99 99 99", public=True)
    session.execute(text("UPDATE note SET public = false WHERE update_id = :id"), {"id": note.id})
    session.commit()
    session.expire_all()
    assert work(minutes=6) == []
    assert [row.state for row in rows(session)] == ["cancelled"]


def test_of_a_mail_of_many_only_the_part_that_was_taken_back_is_left_out(known, decide, rules, work, session):
    report = known()
    forwarded(decide, rules, report)
    note = decide(noting.note, report, words="Call Nina Hansen", public=True)
    session.execute(text("UPDATE note SET public = false WHERE update_id = :id"), {"id": note.id})
    session.commit()
    session.expire_all()
    (mail,) = work(minutes=6)
    assert "sent your report" in text_of(mail)
    assert "Hansen" not in text_of(mail) + html_of(mail)
    assert sorted(row.state for row in rows(session)) == ["cancelled", "sent"]


def test_a_mail_that_is_tried_again_does_not_tell_what_was_hidden_meanwhile(
    known, decide, rules, work, session, postbox
):
    report = known()
    decide(noting.note, report, words="Call Nina Hansen", public=True)
    postbox.recipient_answers = ["451 4.3.0 Try again later"]
    assert work(minutes=6) == []
    session.execute(text("UPDATE note SET public = false"))
    session.commit()
    assert work(hours=3) == []


def test_of_a_hidden_report_nothing_goes_out(known, decide, rules, work, session, kari, clock):
    report = known()
    forwarded(decide, rules, report)
    loaded = report_for(session, kari, report.reference, joinedload(Report.reporter))
    moderation.hide(session, loaded, hidden=True, by=kari, at=clock(), words="")
    session.commit()
    session.expire_all()
    assert work(minutes=6) == []


def test_who_stopped_meanwhile_is_not_told_and_the_other_reports_are(known, decide, rules, work, session, clock):
    quiet, loud = known(), known()
    for report in (quiet, loud):
        forwarded(decide, rules, report)
    quiet.reporter.stop(at=clock())
    session.commit()
    session.expire_all()
    (mail,) = work(minutes=6)
    assert quiet.shown_reference not in text_of(mail)
    assert loud.shown_reference in text_of(mail)


def test_who_reported_the_same_hears_how_the_first_report_goes_and_only_once(
    session, known, make_report, decide, unit, rules, work, clock
):
    first, second, third = known("ola@example.org"), known(), known("OLA@example.org")
    for duplicate in (second, third):
        decide(merging.mark_duplicate, duplicate, typed=first.reference)
    mine = supporting.support(session, first.reference, device="x", secret=SECRET, language="en", at=clock()).support
    supporting.follow(session, mine, email=NINA.upper(), language="en", at=clock())
    supporting.confirm(session, mine, at=clock())
    session.execute(text("UPDATE notification SET state = 'sent' WHERE kind = 'support'"))
    forwarded(decide, rules, first)
    work(minutes=6)
    session.expire_all()
    unit(units.fix, first)
    mails = {str(mail["To"]): mail for mail in work(seconds=11)}
    assert sorted(mails) == [NINA, "ola@example.org"]
    ninas = text_of(mails[NINA])
    assert f"It is about report {first.shown_reference}. Your report is about the same thing." in ninas
    assert "It is fixed, says City operations" in ninas
    assert second.shown_reference in ninas
    assert "/rating/" not in ninas
    assert "/rating/" in text_of(mails["ola@example.org"])


def test_a_supporter_too_gets_one_mail_of_several_changes(session, make_report, decide, unit, rules, work, clock):
    report = make_report()
    mine = supporting.support(session, report.reference, device="x", secret=SECRET, language="en", at=clock()).support
    supporting.follow(session, mine, email=NINA, language="en", at=clock())
    supporting.confirm(session, mine, at=clock())
    session.execute(text("UPDATE notification SET state = 'sent'"))
    session.commit()
    forwarded(decide, rules, report)
    unit(units.take, report)
    (mail,) = work(minutes=6)
    assert "The service desk has sent the report to City operations" in text_of(mail)
    assert "started working" in text_of(mail)
    assert "/follow/" not in text_of(mail)
    assert work(hours=1) == []


def test_what_was_taken_off_the_list_again_before_anybody_heard_is_not_told(
    known, decide, rules, session, per, clock, work
):
    from app.services import crews, plans

    report = known()
    forwarded(decide, rules, report)
    work(minutes=6)
    session.expire_all()
    wanted = plans.Round(unit_code="bydrift", start_lat=STORGATA[0], start_lon=STORGATA[1])
    planned = plans.plan(session, wanted, rules=rules, by=per, at=clock())
    session.commit()
    crews.close(planned, by=per, at=clock())
    session.commit()
    session.expire_all()
    assert work(minutes=6) == []
    plans.plan(session, wanted, rules=rules, by=per, at=clock())
    session.commit()
    (mail,) = work(minutes=6)
    assert "A crew from City operations" in text_of(mail)
