"""Mine too: counted once for each browser, never lost, and told of what happens to the report."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import joinedload

from app.db import transaction
from app.errors import Conflict, Gone, Invalid, NotFound
from app.models import REPORTER, SYSTEM, Notification, Report, Support, Update
from app.models.links import follow_path, stop_path, support_confirm_path, support_stop_path
from app.queries.visible import report_for
from app.services import erasing, following, merging, notifying, noting, outgoing, supporting, triage, undoing
from app.services.drafts import ReportDraft
from app.services.erasing import Files
from app.services.reporting import submit_report
from app.services.supporting import Followed
from app.services.upkeep import sweep
from app.storage import PhotoStore
from tests.application import NOON, SECRET, STORGATA
from tests.mail import html_of, text_of

AT_ONCE = 50


@pytest.fixture
def tap(session, clock):
    """`tap(report, "phone 1")`: that browser says "mine too"."""

    def say(report, device="a phone", **given):
        done = supporting.support(
            session, report.reference, device=device, secret=SECRET, language="en", at=clock(), **given
        )
        session.commit()
        return done.support

    return say


@pytest.fixture
def follower(session, tap, clock):
    """A supporter whose address was confirmed."""

    def make(report, email="nina@example.org", device="a phone"):
        mine = tap(report, device)
        supporting.follow(session, mine, email=email, language="en", at=clock())
        supporting.confirm(session, mine, at=clock())
        session.commit()
        return mine

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
        return {str(mail["To"]): mail for mail in postbox.mails[before:]}

    return send


def count_of(session, report):
    return session.scalar(select(Report.support_count).where(Report.id == report.id))


def test_each_browser_counts_once(session, make_report, tap):
    report = make_report()
    for device in ("phone 1", "phone 2", "phone 1"):
        tap(report, device)
    assert count_of(session, report) == 2
    assert report.support_count == 2, "the loaded report knows"


def test_the_reporters_own_browser_is_not_somebody_else(session, make_report, tap, clock):
    report = make_report()
    supporting.know_reporter(session, report, device="mine", secret=SECRET, language="en", at=clock())
    assert not tap(report, "mine").counted
    assert count_of(session, report) == 0


def test_nobody_can_tell_that_two_supports_came_from_one_browser(session, make_report, tap):
    keys = {tap(make_report(), "phone").key for _ in range(3)}
    assert len(keys) == 3
    assert not any("phone" in key for key in keys)


def test_a_tap_does_not_get_into_the_way_of_a_decision(session, make_report, tap, decide):
    report = make_report()
    version, changed = report.version, report.changed_at
    tap(report)
    session.refresh(report)
    assert (report.version, report.changed_at) == (version, changed)
    decide(triage.reject, report, words="Sorry.", version=version)


def test_a_report_that_is_not_public_cannot_be_supported(session, make_report, tap):
    private, hidden, withdrawn = make_report(category="complaint"), make_report(), make_report()
    hidden.hidden_at = NOON
    withdrawn.withdraw(actor=REPORTER, at=NOON)
    session.commit()
    for report, refusal in ((private, NotFound), (hidden, Gone), (withdrawn, Gone)):
        with pytest.raises(refusal):
            tap(report)
    assert session.scalar(select(func.count()).select_from(Support)) == 0


def test_a_closed_report_says_what_to_do_instead(session, make_report, tap):
    report = make_report()
    report.fix(actor=REPORTER, at=NOON)
    session.commit()
    with pytest.raises(Conflict, match="send a new report"):
        tap(report)


def test_a_duplicate_counts_for_the_first_report(session, make_report, tap, decide):
    first, second, third = make_report(), make_report(), make_report()
    decide(merging.mark_duplicate, second, typed=first.reference)
    decide(merging.mark_duplicate, third, typed=first.reference)
    assert count_of(session, first) == 2, "whoever sent the duplicates has reported the same"
    assert tap(second).report_id == first.id
    assert count_of(session, first) == 3


def test_merging_takes_the_supporters_along_and_undo_gives_them_back(session, make_report, tap, decide, kari, clock):
    first, second = make_report(), make_report()
    tap(second, "phone 1")
    tap(second, "phone 2")
    made = decide(merging.mark_duplicate, second, typed=first.reference)
    assert (count_of(session, first), count_of(session, second)) == (3, 2)
    undoing.undo(session, second, update_id=made.id, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    assert (count_of(session, first), count_of(session, second)) == (0, 2)


def test_a_duplicate_that_is_opened_again_is_no_longer_counted(session, make_report, decide):
    first, second = make_report(), make_report()
    decide(merging.mark_duplicate, second, typed=first.reference)
    decide(triage.reopen, second)
    assert count_of(session, first) == 0
    decide(merging.mark_duplicate, second, typed=first.reference)
    following.still_broken(session, second, words="Not the same lamp", at=NOON, days=60)
    session.commit()
    assert count_of(session, first) == 0


def test_what_was_taken_back_no_longer_counts(session, make_report, tap):
    report = make_report()
    mine = tap(report, "phone 1")
    tap(report, "phone 2")
    supporting.take_back(session, mine, at=NOON)
    session.commit()
    assert count_of(session, report) == 1
    tap(report, "phone 1")
    assert count_of(session, report) == 2


@pytest.mark.realdb
def test_fifty_at_once_are_all_counted(real_session_factory, rules, clock):
    with transaction(real_session_factory) as session:
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        report = submit_report(session, draft, rules=rules, at=clock())
    together = Barrier(10)

    def say(number: int) -> None:
        if number < 10:
            together.wait()
        with transaction(real_session_factory) as session:
            supporting.support(
                session, report.reference, device=f"phone {number // 2}", secret=SECRET, language="nb", at=clock()
            )

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(say, range(2 * AT_ONCE)))
    with transaction(real_session_factory) as session:
        stored = session.get_one(Report, report.id)
        assert stored.support_count == AT_ONCE
        assert stored.version == report.version


@pytest.mark.realdb
def test_who_waits_for_another_tap_counts_it_too(real_session_factory, rules, clock):
    def say(session, device):
        supporting.support(session, report.reference, device=device, secret=SECRET, language="nb", at=clock())

    def say_and_commit():
        with transaction(real_session_factory) as session:
            say(session, "second")

    with transaction(real_session_factory) as session:
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        report = submit_report(session, draft, rules=rules, at=clock())
    with ThreadPoolExecutor(1) as pool:
        with transaction(real_session_factory) as session:
            say(session, "first")
            waiting = pool.submit(say_and_commit)
            until_somebody_waits(session)
        waiting.result()
    with transaction(real_session_factory) as session:
        assert session.get_one(Report, report.id).support_count == 2


def until_somebody_waits(session):
    for _ in range(500):
        if session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            return
        time.sleep(0.01)
    pytest.fail("Nobody waited for the report's row.")


def test_an_address_is_asked_once_and_nothing_else_comes_before_its_yes(session, make_report, tap, deliver, clock):
    report = make_report(description="By Kari's house", address="Kari's house")
    mine = tap(report)
    assert supporting.follow(session, mine, email="nina@example.org", language="en", at=clock()) is Followed.ASKED
    mail = deliver()["nina@example.org"]
    assert f"/confirm-support/{mine.id}/" in text_of(mail)
    assert f"/confirm-support/{mine.id}/" in html_of(mail)
    assert "Kari" not in mail.as_string()
    assert "/follow/" not in mail.as_string()
    again = supporting.follow(session, mine, email="nina@example.org", language="en", at=clock())
    assert again is Followed.ASKED_TODAY
    other = supporting.follow(session, tap(make_report()), email="Nina@example.org", language="en", at=clock())
    assert other is Followed.ASKED_TODAY, "once a day, whatever it is about"
    assert deliver() == {}


def test_the_second_question_of_another_day_goes_out(session, make_report, tap, deliver, clock):
    mine = tap(make_report())
    supporting.follow(session, mine, email="nina@example.org", language="en", at=clock())
    deliver()
    clock.pass_(hours=25)
    assert supporting.follow(session, mine, email="nina@example.org", language="en", at=clock()) is Followed.ASKED
    assert list(deliver()) == ["nina@example.org"]


def test_a_confirmed_address_is_asked_once_a_day_too(session, make_report, tap, follower, deliver, clock):
    follower(make_report(), "nina@example.org")
    deliver()
    clock.pass_(hours=25)
    answers = []
    for email in ("nina@example.org", "per@example.org") * 3:
        mine = tap(make_report(), "another phone")
        answers.append(supporting.follow(session, mine, email=email, language="en", at=clock()))
    assert answers == [Followed.ASKED] * 2 + [Followed.ASKED_TODAY] * 4, "the same for who is known and who is not"
    assert sorted(deliver()) == ["nina@example.org", "per@example.org"]


def test_one_yes_is_for_all_that_came_with_the_address_and_were_chosen(session, make_report, tap, clock):
    one, two, three = (tap(make_report(), device) for device in "abc")
    for mine in (one, two, three):
        supporting.follow(session, mine, email="nina@example.org", language="en", at=clock())
    stranger = tap(make_report(), "d")
    supporting.follow(session, stranger, email="per@example.org", language="en", at=clock())
    session.commit()
    supporting.confirm(session, one, chosen=[f"support-{two.id}", f"support-{stranger.id}"], at=clock())
    assert [mine.hears for mine in (one, two, three, stranger)] == [True, True, False, False]


@pytest.mark.parametrize("how", ["taken back", "another address"])
def test_the_days_only_mail_keeps_its_button_for_the_rest(session, make_report, tap, deliver, clock, how):
    mine = tap(make_report())
    supporting.follow(session, mine, email="nina@example.org", language="en", at=clock())
    if how == "taken back":
        supporting.take_back(session, mine, at=clock())
    else:
        supporting.follow(session, mine, email="per@example.org", language="en", at=clock())
    session.commit()
    link = support_confirm_path(mine, secret=SECRET)
    assert link in text_of(deliver()["nina@example.org"]), "it is the day's only mail"
    own = make_report(email="nina@example.org")
    other = tap(make_report(), "another phone")
    supporting.follow(session, other, email="nina@example.org", language="en", at=clock())
    supporting.confirm(session, mine, chosen=[own.reference, f"support-{other.id}"], at=clock())
    session.commit()
    assert own.reporter.hears
    assert other.hears
    assert not mine.hears
    assert not mine.counted


def test_an_address_that_was_taken_back_is_forgotten_after_a_week(session, make_report, tap, follower, office, clock):
    mine, stopped, heard = tap(make_report()), follower(make_report()), follower(make_report(), "per@example.org")
    supporting.follow(session, mine, email="nina@example.org", language="en", at=clock())
    supporting.take_back(session, mine, at=clock())
    stopped.stop(at=clock())
    session.commit()
    kept = {mine.id, stopped.id, heard.id}
    for days, left in ((6, kept), (2, kept - {mine.id})):
        clock.pass_(days=days)
        sweep(office)
        session.expire_all()
        assert set(session.scalars(select(Support.id))) == left


def test_the_address_counts_from_when_it_was_given_and_not_from_the_tap(session, make_report, tap, clock):
    old = tap(make_report(), "old")
    clock.pass_(days=3)
    new = tap(make_report(), "new")
    asked = [supporting.follow(session, one, email="nina@example.org", language="en", at=clock()) for one in (new, old)]
    assert asked == [Followed.ASKED, Followed.ASKED_TODAY]
    assert [one.id for one in supporting.waiting_with(session, new).supports] == [old.id]
    assert [one.id for one in supporting.waiting_with(session, old).supports] == [new.id]


@pytest.mark.parametrize("typed", ["", "nina", "nina@example", "nina@exämple.org\nBcc: x@y.zz"])
def test_an_address_that_cannot_get_mail_is_refused(session, make_report, tap, clock, typed):
    mine = tap(make_report())
    with pytest.raises(Invalid) as refused:
        supporting.follow(session, mine, email=typed, language="en", at=clock())
    assert "email" in refused.value.fields
    assert mine.email is None


def test_supporters_hear_of_what_everybody_may_see(session, make_report, follower, decide, deliver, rules):
    report = make_report(
        email="owner@example.org", description="By Kari's house", address="Kari's house",
        lat=STORGATA[0], lon=STORGATA[1],
    )  # fmt: skip
    report.reporter.confirm(at=NOON)
    mine = follower(report)
    deliver()
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    mails = deliver()
    assert set(mails) == {"nina@example.org", "owner@example.org"}
    body = text_of(mails["nina@example.org"])
    assert "Bydrift" in body
    assert f"/reports/{report.shown_reference}" in body
    assert support_stop_path(mine, secret=SECRET) in body
    assert "Kari" not in mails["nina@example.org"].as_string()
    assert follow_path(report, secret=SECRET) not in mails["nina@example.org"].as_string()
    decide(noting.note, report, words="A new bulb is ordered.", public=True)
    assert "A new bulb is ordered." in text_of(deliver()["nina@example.org"])


def test_supporters_do_not_hear_what_is_between_the_desk_and_the_reporter(
    session, make_report, follower, decide, deliver
):
    report = make_report(email="owner@example.org")
    report.reporter.confirm(at=NOON)
    follower(report)
    deliver()
    decide(noting.note, report, words="Kari phoned.", public=False)
    decide(triage.ask, report, words="Which lamp, Kari?")
    assert set(deliver()) == {"owner@example.org"}


def test_undo_keeps_the_mails_back(session, make_report, follower, decide, deliver, kari, clock):
    report = make_report()
    follower(report)
    deliver()
    made = decide(triage.reject, report, words="Sorry.")
    undoing.undo(session, report, update_id=made.id, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    assert deliver() == {}


def test_undo_of_a_forwarding_keeps_the_mails_back(session, make_report, follower, decide, deliver, rules, kari, clock):
    report = make_report()
    follower(report)
    deliver()
    made = decide(triage.forward, report, unit_code="bydrift", rules=rules)
    undoing.undo(session, report, update_id=made.id, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    assert deliver() == {}


def test_who_stopped_or_was_never_asked_hears_nothing(session, make_report, follower, tap, decide, deliver, clock):
    report = make_report()
    stopped = follower(report, "stopped@example.org", "a")
    unasked = tap(report, "b")
    supporting.follow(session, unasked, email="unasked@example.org", language="en", at=clock())
    deliver()
    stopped.stop(at=NOON)
    session.commit()
    decide(triage.reject, report, words="Sorry.")
    assert deliver() == {}
    assert stopped.email is None
    assert count_of(session, report) == 2, "the voice still counts"


def one_click(client, path):
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_one_click_ends_the_mails_of_all_browsers_of_an_address(
    client, session, make_report, follower, decide, deliver
):
    report, double = make_report(), make_report()
    first, second = follower(report, device="phone"), follower(report, "NINA@example.org", device="tablet")
    third = follower(double, device="a third one")
    follower(report, "per@example.org", device="his")
    deliver()
    decide(merging.mark_duplicate, double, typed=report.reference)
    deliver()
    one_click(client, support_stop_path(first, secret=SECRET))
    session.expire_all()
    decide(triage.reject, report, words="Sorry.")
    assert list(deliver()) == ["per@example.org"]
    assert (second.email, third.email) == (None, None)
    assert count_of(session, report) == 3, "Nina once, Per, and who sent the other report"


def test_one_click_of_a_supporter_ends_their_mails_as_a_reporter_of_the_same_and_the_other_way_round(
    client, session, make_report, follower, decide, deliver, clock
):
    for of_reporter in (True, False):
        report, double = make_report(), make_report(email="nina@example.org")
        double.reporter.confirm(at=clock())
        mine = follower(report, device=f"phone {of_reporter}")
        deliver()
        decide(merging.mark_duplicate, double, typed=report.reference)
        deliver()
        session.refresh(double, ["reporter"])
        one_click(client, stop_path(double, secret=SECRET) if of_reporter else support_stop_path(mine, secret=SECRET))
        session.expire_all()
        decide(triage.reject, report, words="Sorry.")
        assert deliver() == {}


def test_a_mail_that_waits_is_dropped_when_its_reader_says_stop_or_the_report_is_hidden(
    session, make_report, follower, decide, deliver
):
    stopping, hidden = make_report(), make_report()
    mine = follower(stopping, "a@example.org")
    follower(hidden, "b@example.org")
    deliver()
    decide(triage.reject, stopping, words="Sorry.")
    decide(triage.reject, hidden, words="Sorry.")
    mine.stop(at=NOON)
    hidden.hidden_at = NOON
    session.commit()
    assert deliver() == {}
    states = session.scalars(select(Notification.state).where(Notification.kind == "status"))
    assert set(states) == {"cancelled"}


def test_after_merging_supporters_hear_of_the_first_report_and_nobody_twice(
    session, make_report, follower, decide, deliver
):
    first, second = make_report(), make_report()
    follower(first, "both@example.org", "a")
    follower(second, "Both@example.org", "b")
    follower(second, "second@example.org", "c")
    deliver()
    decide(merging.mark_duplicate, second, typed=first.reference)
    assert first.shown_reference in text_of(deliver()["second@example.org"])
    decide(triage.reject, first, words="Sorry.")
    mails = deliver()
    assert sorted(address.lower() for address in mails) == ["both@example.org", "second@example.org"]
    assert all(f"/reports/{first.shown_reference}" in text_of(mail) for mail in mails.values())


@pytest.mark.parametrize("change", [{"hidden_at": NOON}, {"private": True}, {"status": "withdrawn"}])
def test_a_first_report_that_is_not_public_is_not_named(session, make_report, follower, decide, deliver, change):
    first, second = make_report(), make_report()
    follower(second)
    deliver()
    decide(merging.mark_duplicate, second, typed=first.reference)
    session.execute(update(Report).where(Report.id == first.id).values(**change))
    session.commit()
    mail = deliver()["nina@example.org"]
    assert first.shown_reference not in mail.as_string()
    assert first.reference not in text_of(mail)


def test_the_reporter_does_not_hear_twice(session, make_report, follower, decide, deliver):
    report = make_report(email="owner@example.org")
    report.reporter.confirm(at=NOON)
    follower(report, "Owner@example.org")
    deliver()
    decide(triage.reject, report, words="Sorry.")
    rows = session.scalars(select(Notification).where(Notification.kind == "status")).all()
    assert [row.support_id for row in rows] == [None]


def test_supporters_learn_that_the_reporter_withdrew_it(session, make_report, follower, deliver, clock):
    report = make_report()
    follower(report)
    deliver()
    report.reporter = None
    following.withdraw(session, report, at=clock())
    session.commit()
    body = text_of(deliver()["nina@example.org"])
    assert "withdrawn" in body
    assert "/?category=lamp_dark&lat=69.6492&lon=18.9553" in body
    assert f"/reports/{report.shown_reference}" not in body, "that page is gone"


def test_erasing_the_reporter_leaves_the_supporters_their_mails(
    session, make_report, follower, decide, deliver, kari, tmp_path
):
    report = make_report(email="owner@example.org")
    report.reporter.confirm(at=NOON)
    follower(report)
    deliver()
    decide(triage.reject, report, words="Sorry.")
    loaded = report_for(session, kari, report.reference, joinedload(Report.reporter))
    files = Files(PhotoStore(tmp_path), tmp_path, SECRET)
    erasing.erase_by_desk(session, loaded, files=files, by=kari, at=NOON)
    session.commit()
    assert list(deliver()) == ["nina@example.org"]


def test_a_new_address_must_be_confirmed_and_not_by_the_link_to_the_old_one(session, make_report, follower, clock):
    mine = follower(make_report(), "old@example.org")
    before = support_confirm_path(mine, secret=SECRET)
    anew, _ = supporting.follow_anew(session, mine, email="new@example.org", language="en", at=clock())
    assert not mine.hears
    assert not anew.hears
    assert anew.counted
    assert support_confirm_path(anew, secret=SECRET) != before
    supporting.confirm(session, mine, at=clock())
    assert not mine.hears
    assert not anew.hears
    assert count_of(session, session.get_one(Report, anew.report_id)) == 1


def test_mail_programs_get_a_button_to_stop_where_there_is_https(
    session, make_report, follower, decide, office, postbox, clock
):
    report = make_report()
    mine = follower(report)
    decide(triage.reject, report, words="Sorry.")
    clock.pass_(seconds=11)
    object.__setattr__(office, "settings", office.settings.model_copy(update={"public_url": "https://gatami.example"}))
    row = session.scalars(select(Notification).where(Notification.kind == "status")).one()
    outgoing.notify(office, notification_id=row.id)
    (mail,) = postbox.mails
    assert mail["List-Unsubscribe"].strip() == f"<https://gatami.example{support_stop_path(mine, secret=SECRET)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_history_and_its_notifications_hold_no_address(session, make_report, follower):
    follower(make_report(), "nina@example.org")
    for table in (Update, Notification):
        rows = session.scalars(text(f"SELECT to_jsonb(t)::text FROM {table.__tablename__} t")).all()
        assert rows
        assert not any("nina" in row for row in rows)


def test_supporters_are_told_though_the_caller_has_not_loaded_the_reporter(session, make_report, clock):
    made = make_report(email="nina@example.org")
    made.support_count = 1
    session.commit()
    session.expunge_all()
    report = session.get_one(Report, made.id)
    update = report.fix(actor=SYSTEM, at=clock())
    notifying.tell_supporters(session, report, update, at=clock())
    assert report.reporter.email == "nina@example.org"
