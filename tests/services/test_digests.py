"""What happens at followed places is told once: only what everybody may see, in time, and after any crash too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import func, select, text

from app.db import transaction
from app.delivery.bounce import read_bounce
from app.models import (
    REPORTER,
    PlaceEvent,
    PlaceFollow,
    PlaceMail,
    PlaceNews,
    PlaceWatch,
    Report,
    SendingState,
    Update,
    UpdateKind,
)
from app.models.actor import SYSTEM
from app.models.links import place_path, place_stop_path
from app.models.reference import show_reference
from app.services import bounces, digests, outgoing, place_following, place_letters
from app.services.place_following import Wish
from tests.application import SECRET, STORGATA
from tests.bounces import a_report
from tests.mail import html_of, text_of

LAT, LON = STORGATA
# Tuesday, 07:00 in Tromsø.
MORNING = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def follow(session, rules, clock, office) -> Callable[..., PlaceFollow]:
    """`follow("nina@example.org", radius=300)`: confirmed, and hearing from now on."""
    digests.watch(office)

    def make(email: str = "nina@example.org", **wish: object) -> PlaceFollow:
        given = Wish(**{"lat": LAT, "lon": LON, "radius": 300, **wish})  # type: ignore[arg-type]
        made = place_following.begin(session, given, email=email, language="en", rules=rules, at=clock())
        session.commit()
        return made

    return make


@pytest.fixture
def morning(office, clock, postbox, session) -> Callable[[], list]:
    """Let the next morning come, and give the mails of it."""

    def come() -> list:
        digests.watch(office)
        clock.now = max(clock.now, MORNING) if clock.now < MORNING else clock.now + timedelta(days=1)
        before = len(postbox.mails)
        digests.run(office)
        session.expire_all()
        return postbox.mails[before:]

    return come


def test_a_new_report_is_told_in_the_morning_and_only_once(follow, make_report, morning, postbox, office):
    mine = follow()
    report = make_report()
    digests.run(office)
    assert postbox.mails == [], "not before the morning"
    (mail,) = morning()
    assert mail["Subject"] == "1 report: 300 m around the town centre"
    assert f"/reports/{report.shown_reference}" in text_of(mail)
    assert f"/reports/{report.shown_reference}" in html_of(mail)
    for path in (place_path(mine, secret=SECRET), place_stop_path(mine, secret=SECRET)):
        assert path in text_of(mail)
    assert morning() == []
    later = make_report()
    (mail,) = morning()
    assert later.shown_reference in text_of(mail)
    assert report.shown_reference not in text_of(mail), "told once"


def test_nothing_new_is_no_mail(follow, morning):
    follow()
    assert morning() == []


def test_what_was_there_before_is_no_news(make_report, follow, morning, office):
    make_report()
    digests.watch(office)
    follow()
    assert morning() == []


@pytest.mark.parametrize(("metres", "told"), [(290, 1), (310, 0)])
def test_the_circle_is_measured_on_the_globe_in_every_direction(follow, make_report, morning, metres, told):
    follow()
    north, east = metres / 111_560, metres / (111_560 * 0.3488)
    for lat, lon in ((north, 0), (-north, 0), (0, east), (0, -east)):
        make_report(lat=LAT + lat, lon=LON + lon)
    mails = morning()
    assert len(mails) == told
    assert all(text_of(mail).count("/reports/2026") == 4 for mail in mails)


def test_only_the_groups_that_were_chosen(follow, make_report, morning, rules):
    follow(groups=(rules.categories["ice"].group,))
    make_report(category="lamp_dark")
    assert morning() == []
    make_report(category="ice", answers={"steep": "hill"})
    (mail,) = morning()
    assert rules.categories["ice"].name("en") in text_of(mail)


def test_the_list_that_a_digest_leads_to_shows_the_chosen_groups_too(follow, make_report, morning, rules):
    group = rules.categories["ice"].group
    follow(groups=(group,))
    make_report(category="ice", answers={"steep": "hill"})
    (mail,) = morning()
    assert f"/reports?near={LAT:.5f},{LON:.5f}&radius=300&category={group}.*" in "".join(text_of(mail).split())


def test_an_address_that_works_again_hears_of_what_happens_from_then_on(
    follow, make_report, morning, session, clock, office
):
    follow()
    bounces.bounced(session, "nina@example.org", at=clock())
    session.commit()
    make_report()
    assert morning() == []
    make_report()
    digests.watch(office)
    bounces.works_again(session, "NINA@example.org", at=clock())
    session.commit()
    assert morning() == []
    make_report()
    assert len(morning()) == 1


def test_a_digest_that_comes_back_is_known_by_its_own_id(follow, make_report, morning, session, clock, office):
    mine, other = follow(), follow("per@example.org", radius=310)
    make_report()
    mail = next(mail for mail in morning() if mail["To"] == "nina@example.org")
    bounce = read_bounce(a_report(message_id=mail["Message-ID"].strip("<> ")))
    plain = office.settings.model_copy(update={"bounce_address": None})
    found = bounces.take_in(session, bounce, settings=plain, secret=SECRET, at=clock())
    session.commit()
    session.expire_all()
    assert found == bounces.Found.SWITCHED_OFF
    assert (mine.bounced_at, other.bounced_at) == (clock(), None)


def test_reports_sent_with_the_same_address_are_not_told(follow, make_report, morning):
    follow("Nina@Example.org")
    make_report(email="nina@example.org")
    assert morning() == []


@pytest.mark.parametrize(
    "hide",
    [
        lambda report, at: setattr(report, "hidden_at", at),
        lambda report, at: report.withdraw(actor=REPORTER, at=at),
        lambda report, _: setattr(report, "private", True),
    ],
    ids=["hidden", "withdrawn", "private"],
)
def test_what_is_not_public_when_the_mail_is_written_is_left_out(
    follow, make_report, morning, session, clock, office, hide
):
    follow()
    report = make_report()
    digests.watch(office)
    hide(report, clock())
    session.commit()
    assert morning() == []
    assert session.scalars(select(PlaceMail)).one().state == SendingState.CANCELLED


def test_words_are_shown_only_when_let_through_and_a_typed_address_never(follow, make_report, morning, session, clock):
    follow()
    make_report(description="Per Hansen spilt it", address="Per Hansen's house", lat=LAT, lon=LON)
    open_one = make_report(description="A big hole", address="Per Hansen's house", lat=LAT, lon=LON)
    open_one.nearest_address = "Storgata 5"
    open_one.text_public = True
    withheld = make_report(description="Mine alone")
    withheld.words_withheld_at = clock()
    session.commit()
    (mail,) = morning()
    for part in (text_of(mail), html_of(mail)):
        assert "A big hole" in part
        assert "Storgata 5" in part
        assert "Hansen" not in part
        assert "Mine alone" not in part


def test_closed_reports_are_told_to_who_asked_for_them(follow, make_report, morning, session, clock):
    follow("new@example.org")
    follow("closed@example.org", closings=True)
    report = make_report()
    assert len(morning()) == 2
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    (mail,) = morning()
    assert mail["To"] == "closed@example.org"
    assert "Fixed" in text_of(mail)
    assert morning() == []


def test_a_report_that_is_new_and_closed_is_one_line(follow, make_report, morning, session, clock):
    follow(closings=True)
    report = make_report()
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    (mail,) = morning()
    assert text_of(mail).count(report.shown_reference) == 1
    assert "Fixed" in text_of(mail)


def test_a_report_that_was_placed_later_is_new_then(follow, make_report, morning, session, clock):
    follow()
    report = make_report(address="somewhere in Storgata")
    assert morning() == []
    report.lat, report.lon = LAT, LON
    report.record(UpdateKind.PLACED, actor=SYSTEM, at=clock())
    session.commit()
    (mail,) = morning()
    assert report.shown_reference in text_of(mail)


def test_at_most_thirty_are_told_and_the_rest_is_counted(follow, make_report, morning):
    follow()
    for _ in range(32):
        make_report()
    (mail,) = morning()
    assert mail["Subject"].startswith("32 reports:")
    assert text_of(mail).count("/reports/2026") == 30
    assert "And 2 more" in text_of(mail)
    assert f"/reports?near={LAT:.5f},{LON:.5f}&radius=300" in text_of(mail)


def test_who_wants_it_weekly_hears_on_that_day_of_all_the_days(follow, make_report, morning, clock):
    follow(weekday=3)
    make_report()
    assert morning() == [], "a Tuesday"
    make_report()
    assert morning() == [], "a Wednesday"
    (mail,) = morning()
    assert mail["Subject"].startswith("2 reports")


def test_a_line_of_history_that_is_stored_late_is_not_missed(session, follow, make_report, office, morning):
    """Numbers are given before rows are stored: a smaller one may appear when a greater one has been read."""
    follow()
    make_report()
    digests.watch(office)
    watch = session.get(PlaceWatch, 1)
    newest = session.scalar(select(func.max(Update.id)))
    assert watch.done < newest, "nothing is past before every transaction of that time has ended"
    late = make_report()
    session.execute(text("UPDATE report_update SET id = id - 1000 WHERE report_id = :id"), {"id": late.id})
    watch.done, watch.seen = newest - 2000, newest
    session.commit()
    (mail,) = morning()
    assert late.shown_reference in text_of(mail)


def test_ended_and_bounced_follows_are_left_alone(follow, make_report, morning, session, clock):
    ended, bounced = follow("a@example.org"), follow("b@example.org", radius=200)
    make_report()
    place_following.end(session, ended, at=clock())
    bounced.bounced_at = clock()
    session.commit()
    assert morning() == []


def test_a_stop_after_the_digest_was_begun_still_holds(follow, make_report, session, clock, office, postbox):
    mine = follow()
    make_report()
    digests.watch(office)
    clock.now = MORNING
    digests.begin(office)
    place_following.end(session, mine, at=clock())
    session.commit()
    digests.send(office)
    assert postbox.mails == []


def test_an_address_hears_once_of_a_report_in_two_places_that_overlap(follow, make_report, morning, session):
    follow()
    follow("Nina@Example.org", radius=500)
    near, far = make_report(), make_report(lat=LAT + 400 / 111_560, lon=LON)
    mails = morning()
    told = "".join(text_of(mail) for mail in mails)
    assert len(mails) == 2, "the second tells what the first could not"
    assert (told.count(near.shown_reference), told.count(far.shown_reference)) == (1, 1)
    both = make_report()
    (mail,) = morning()
    assert both.shown_reference in text_of(mail)
    states = session.scalars(select(PlaceMail.state).order_by(PlaceMail.id)).all()
    assert states == ["sent", "sent", "sent", "cancelled"]
    assert morning() == []


def test_what_a_daily_mail_told_is_not_in_the_weekly_one(follow, make_report, morning, session, clock):
    follow()
    follow(radius=200, weekday=3, closings=True)
    report, still_open = make_report(), make_report()
    assert len(morning()) == 1, "a Tuesday"
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    assert morning() == [], "a Wednesday; its end is another matter, which the daily mail does not tell"
    (mail,) = morning()
    assert "Fixed" in text_of(mail)
    assert still_open.shown_reference not in text_of(mail)
    assert morning() == []


def test_a_mail_that_did_not_go_out_leaves_its_reports_to_the_other(
    follow, make_report, office, clock, postbox, session
):
    follow()
    follow(radius=400)
    report = make_report()
    digests.watch(office)
    clock.now = MORNING
    digests.begin(office)
    first, second = session.scalars(select(PlaceMail.id).order_by(PlaceMail.id)).all()
    working = office.settings
    object.__setattr__(office, "settings", working.model_copy(update={"smtp_port": 1}))
    assert not outgoing.tell_follower(office, mail_id=first)
    object.__setattr__(office, "settings", working)
    outgoing.tell_follower(office, mail_id=second)
    clock.pass_(hours=1)
    digests.send(office)
    (mail,) = postbox.mails
    assert text_of(mail).count(report.shown_reference) == 1


class Killed(BaseException):
    """Nothing of the process runs after this."""


STEPS = ["gather", "note_news", "_read_on", "driver", "before", "conversation", "settle"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_anywhere_and_run_again_each_item_goes_out_once(
    follow, make_report, office, clock, postbox, monkeypatch, session, step
):
    for number in range(3):
        follow(f"{number}@example.org", radius=100 + number)
    reports = [make_report() for _ in range(2)]
    kill = _kill_at(step, monkeypatch)
    clock.now = MORNING if step not in {"gather", "note_news", "_read_on"} else clock.now
    if clock.now != MORNING:
        with pytest.raises(Killed):
            digests.run(office)
    else:
        clock.now = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
        digests.watch(office)
        clock.now = MORNING
        with pytest.raises(Killed):
            digests.run(office)
    assert kill.times == 1
    monkeypatch.undo()
    digests.watch(office)
    clock.now = max(clock.now, MORNING)
    digests.run(office)
    clock.pass_(minutes=5)
    digests.run(office)
    heard = [mail["To"] for mail in postbox.mails]
    lost = session.scalars(select(PlaceMail).where(PlaceMail.state == SendingState.UNKNOWN.value)).all()
    assert len(heard) == len(set(heard)), "nobody hears twice"
    # Killed between the attempt and the answer, nobody knows: it is named, and not sent again.
    assert len(heard) + (step == "before") == 3
    assert len(lost) == (1 if step in {"before", "conversation", "settle"} else 0)
    for mail in postbox.mails:
        assert all(text_of(mail).count(report.shown_reference) == 1 for report in reports)


@pytest.mark.parametrize("step", ["driver", "before", "conversation", "settle"])
def test_killed_anywhere_an_address_with_two_places_hears_once_at_the_most(
    follow, make_report, office, clock, postbox, monkeypatch, session, step
):
    for radius in (300, 400):
        follow(radius=radius)
    report = make_report()
    digests.watch(office)
    clock.now = MORNING
    _kill_at(step, monkeypatch)
    with pytest.raises(Killed):
        digests.run(office)
    monkeypatch.undo()
    for _ in range(3):
        digests.run(office)
        clock.pass_(minutes=5)
    told = sum(text_of(mail).count(report.shown_reference) for mail in postbox.mails)
    # Where the attempt was cut off before the conversation, nobody knows, and it is not told again.
    assert told == (0 if step == "before" else 1)
    states = set(session.scalars(select(PlaceMail.state)))
    assert states == ({"sent", "cancelled"} if step == "driver" else {"unknown", "cancelled"})


class _Kill:
    times = 0


def _kill_at(step: str, monkeypatch: pytest.MonkeyPatch) -> _Kill:
    kill = _Kill()
    owner, name = {
        "gather": (digests.place_news, "gather"),
        "note_news": (digests.place_followers, "note_news"),
        "_read_on": (digests, "_read_on"),
        "driver": (digests, "driver"),
        "before": (outgoing, "post"),
        "conversation": (outgoing, "post"),
        "settle": (outgoing, "_settle"),
    }[step]
    real = getattr(owner, name)

    def killed(*given, **named):
        kill.times += 1
        if kill.times > 1:
            return real(*given, **named)
        if step in {"gather", "note_news", "conversation"}:
            real(*given, **named)
        raise Killed

    monkeypatch.setattr(owner, name, killed)
    return kill


def test_a_server_that_is_away_is_not_asked_for_each_follower(follow, make_report, office, clock, session):
    for number in range(6):
        follow(f"{number}@example.org")
    make_report()
    digests.watch(office)
    clock.now = MORNING
    away = office.settings.model_copy(update={"smtp_port": 1})
    object.__setattr__(office, "settings", away)
    digests.begin(office)
    assert digests.send(office) == digests.MOST_REFUSED
    assert {mail.state for mail in session.scalars(select(PlaceMail))} == {"pending"}


def test_old_events_go(follow, make_report, morning, session, clock):
    follow()
    make_report()
    assert len(morning()) == 1
    digests.sweep(session, at=clock() + timedelta(days=61))
    assert session.scalar(select(func.count()).select_from(PlaceEvent)) == 0


def test_imported_history_is_no_news(follow, make_report, morning, session):
    follow()
    report = make_report()
    report.source, report.source_ref = "old", "1"
    session.commit()
    assert morning() == []


@pytest.mark.realdb
def test_a_digest_that_was_begun_twice_at_once_is_one(real_session_factory, office, rules, clock, postbox):
    office = _on(office, real_session_factory)
    digests.watch(office)
    _follow_for_real(real_session_factory, rules, at=clock())
    _report_for_real(real_session_factory, "20260000017", at=clock())
    assert digests.watch(office) == 1
    assert digests.watch(office) == 0
    clock.now = MORNING
    assert [digests.begin(office), digests.begin(office)] == [1, 0]
    assert (digests.send(office), digests.send(office)) == (1, 0)
    assert len(postbox.mails) == 1
    with transaction(real_session_factory) as session:
        assert session.scalar(select(func.count()).select_from(PlaceNews)) == 0


@pytest.mark.realdb
def test_the_mark_moves_on_when_all_transactions_of_the_time_have_ended(real_session_factory, office, clock):
    office = _on(office, real_session_factory)
    digests.watch(office)
    with real_session_factory() as slow:
        slow.execute(text("SELECT pg_current_xact_id()"))
        clock.pass_(minutes=10)
        digests.watch(office)
        with transaction(real_session_factory) as session:
            session.execute(text("UPDATE place_watch SET seen = 5"))
        clock.pass_(minutes=10)
        digests.watch(office)
        assert _done(real_session_factory) == 0, "somebody may still store a line with a smaller number"
        slow.rollback()
    digests.watch(office)
    assert _done(real_session_factory) == 5


@pytest.mark.realdb
def test_what_is_written_down_while_digests_begin_is_not_forgotten(
    real_session_factory, office, rules, clock, postbox, monkeypatch
):
    """The one notes a follower who has a digest due already; the other takes just that note off the list."""
    office = _on(office, real_session_factory)
    digests.watch(office)
    _follow_for_real(real_session_factory, rules, at=clock())
    _report_for_real(real_session_factory, "20260000017", at=clock())
    digests.watch(office)
    clock.now = MORNING
    _report_for_real(real_session_factory, "20260000025", at=clock())
    noted, go_on = Event(), Event()
    real = digests.place_followers.note_news

    def slow(*given, **named):
        real(*given, **named)
        noted.set()
        assert go_on.wait(20)

    monkeypatch.setattr(digests.place_followers, "note_news", slow)
    with ThreadPoolExecutor(2) as pool:
        watching = pool.submit(digests.watch, office)
        assert noted.wait(20)
        beginning = pool.submit(digests.begin, office)
        wait([beginning], timeout=1)
        go_on.set()
        assert (watching.result(20), beginning.result(20)) == (1, 1)
    digests.send(office)
    clock.pass_(days=1)
    digests.run(office)
    told = "".join(text_of(mail) for mail in postbox.mails)
    assert [told.count(f"/reports/{show_reference(one)}") for one in ("20260000017", "20260000025")] == [1, 1]


@pytest.mark.realdb
def test_two_workers_that_write_to_one_address_at_once_tell_it_once(
    real_session_factory, office, rules, clock, postbox, monkeypatch
):
    office = _on(office, real_session_factory)
    digests.watch(office)
    for radius in (300, 400):
        _follow_for_real(real_session_factory, rules, at=clock(), radius=radius)
    _report_for_real(real_session_factory, "20260000017", at=clock())
    digests.watch(office)
    clock.now = MORNING
    digests.begin(office)
    with transaction(real_session_factory) as session:
        first, second = session.scalars(select(PlaceMail.id).order_by(PlaceMail.id)).all()
    written, go_on = Event(), Event()
    real = place_letters.items_for

    def slow(*given, **named):
        found = real(*given, **named)
        if not written.is_set():
            written.set()
            assert go_on.wait(20)
        return found

    monkeypatch.setattr(place_letters, "items_for", slow)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(outgoing.tell_follower, office, mail_id=first)
        assert written.wait(20)
        other = pool.submit(outgoing.tell_follower, office, mail_id=second)
        wait([other], timeout=1)
        go_on.set()
        wait([one, other], timeout=20)
    assert len(postbox.mails) == 1


def _follow_for_real(factory, rules, *, at, radius=300) -> None:
    with transaction(factory) as session:
        wish = Wish(lat=LAT, lon=LON, radius=radius)
        place_following.begin(session, wish, email="nina@example.org", language="en", rules=rules, at=at)


def _report_for_real(factory, reference: str, *, at: datetime) -> None:
    with transaction(factory) as session:
        report = Report(
            reference=reference, category_code="lamp_dark", status="new", lat=LAT, lon=LON, created_at=at,
            changed_at=at,
        )  # fmt: skip
        report.updates.append(Update.by(REPORTER, kind=UpdateKind.SUBMITTED, at=at, public=True))
        session.add(report)


def _done(factory) -> int:
    with transaction(factory) as session:
        return session.get(PlaceWatch, 1).done


def _on(office, factory):
    object.__setattr__(office, "session_factory", factory)
    return office
