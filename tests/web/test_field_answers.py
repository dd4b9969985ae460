"""What a cab or a form sends that cannot be used: that tap is refused, and all the rest is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import FieldEntry, Note, RoundLink, Stop, Update
from app.models.links import round_path
from tests.application import SECRET, STORGATA


@pytest.fixture
def the_round(waiting, make_round):
    return make_round([waiting()], [waiting()])


@pytest.fixture
def base(the_round):
    return f"/staff/route-lists/{the_round.id}"


@pytest.fixture
def crew(browser_of, per, base):
    browser = browser_of(per)
    browser.look(f"{base}/drive")
    return browser


@pytest.fixture
def linked(session, the_round, clock):
    """The path behind a firm's link."""
    link = RoundLink(route_list_id=the_round.id, name="Lys AS", created_at=clock(), ends_at=clock() + timedelta(days=2))
    session.add(link)
    session.commit()
    return round_path(link, secret=SECRET)


@pytest.fixture
def firm(browser_of, linked):
    browser = browser_of(None)
    browser.cookies.clear()
    browser.look(f"{linked}/drive")
    return browser


def send(browser, base, *entries):
    answer = browser.post(f"{base}/entries", json={"entries": list(entries)}, headers={"x-csrf-token": browser.token})
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


def tap(stop, key, at, **given):
    known = {"key": key, "kind": "outcome", "stop_id": stop.id, "happened_at": at.isoformat(), "outcome": "done"}
    return {**known, **given}


@pytest.mark.parametrize(
    "bad",
    [
        {"key": "a\x00b"},
        {"key": "a\nb"},
        {"photo_keys": ["p\x00"]},
        {"photos_before": ["p\x1f"]},
        {"materials": {"led\x00": 1}},
        {"materials": {f"m{n}": 1 for n in range(51)}},
        {"materials": {"led_40": 10_000}},
        {"references": ["A\x00"]},
        {"kind": "other_fault", "category": "lamp\x00"},
    ],
)
def test_one_tap_that_cannot_be_kept_does_not_hold_up_the_rest(bad, crew, base, the_round, clock, session):
    first, second = the_round.stops
    told = send(crew, base, {**tap(first, "bad", clock()), **bad}, tap(second, "good", clock(), words="Two\x00words"))
    assert [(one["result"], one["conflict"]) for one in told] == [("refused", "unreadable"), ("applied", None)]
    assert told[0]["key"] == bad.get("key", "bad")
    assert session.scalars(select(FieldEntry.words)).all() == ["Twowords"]


def test_a_crumb_of_material_does_not_lose_the_batch(crew, base, the_round, clock, session):
    first, second = the_round.stops
    told = send(crew, base, tap(first, "a", clock(), materials={"led_40": 0.001}), tap(second, "b", clock()))
    assert [one["result"] for one in told] == ["applied", "applied"]


def test_the_same_key_with_another_body_gets_the_answer_of_then_on_purpose(crew, base, the_round, clock, session):
    first, second = the_round.stops
    told = [send(crew, base, tap(stop, "k", clock(), words=f"At {stop.id}"))[0] for stop in (first, second)]
    assert told[0] == told[1]
    assert session.scalars(select(FieldEntry.words)).all() == [f"At {first.id}"]


# The plain form


@pytest.mark.parametrize("key", ["k" * 400, "a\x00b", "a\nb"])
def test_a_form_with_a_key_that_cannot_be_kept_and_odd_words_counts_once(key, crew, base, the_round, session):
    stop = the_round.stops[0]
    given = {"key": key, "outcome": "done", "words": "New\x00lamp" + "x" * 5000}
    for _ in range(2):
        answer = crew.submit(f"{base}/stops/{stop.id}/completion", **given)
        assert answer.status_code == 303, answer.text
    (entry,) = session.scalars(select(FieldEntry))
    assert entry.words.startswith("Newlamp")
    session.expire_all()
    assert session.get_one(Stop, stop.id).outcome == "done"


@pytest.mark.parametrize("outcome", ["exploded", "", "DONE"])
def test_an_outcome_that_no_button_says_is_not_counted_as_done(outcome, crew, base, the_round, session):
    stop = the_round.stops[0]
    assert crew.submit(f"{base}/stops/{stop.id}/completion", key="k", outcome=outcome).status_code == 303
    assert "could not be read" in crew.look(f"{base}/drive")
    session.expire_all()
    assert session.get_one(Stop, stop.id).outcome is None
    assert session.scalars(select(FieldEntry)).all() == []


def test_a_form_for_a_stop_that_was_taken_off_still_mends_its_report(crew, base, the_round, session):
    stop = the_round.stops[0]
    stop_id, report = stop.id, stop.entries[0].report
    assert crew.submit(f"{base}/stops/{stop_id}/removal").status_code == 303
    session.expire_all()
    assert (session.get(Stop, stop_id), report.status) == (None, "forwarded")
    crew.submit(f"{base}/stops/{stop_id}/completion", key="k", outcome="done", words="New lamp")
    session.expire_all()
    assert report.status == "fixed"
    assert "taken off the list" in crew.look(f"{base}/drive")


def test_words_that_no_database_keeps_are_refused_and_not_a_fault_of_ours(crew, base):
    lat, lon = STORGATA
    for words, name in (("Da\x00rk", "Here"), ("Dark", "He\x00re")):
        given = {"category": "lamp_dark", "place": f"{lat},{lon}:{name}", "words": words, "key": f"call-{name}"}
        answer = crew.submit(f"{base}/stops", **given)
        assert (answer.status_code, "a character that is none" in answer.text) == (422, True)


# What a firm reads and is promised


def test_a_firm_does_not_read_what_our_own_crew_wrote_at_a_stop(crew, firm, base, linked, the_round, clock):
    first, second = the_round.stops
    send(crew, base, tap(first, "k1", clock(), words="Ask Kari in the red house"))
    send(firm, linked, tap(second, "k2", clock(), words="Bulb of the firm"))
    for path in ("drive", "round-data.json"):
        mine, theirs = crew.get(f"{base}/{path}").text, firm.get(f"{linked}/{path}").text
        assert "red house" in mine, path
        assert "red house" not in theirs, path
        assert "Bulb of the firm" in mine, path
        assert "Bulb of the firm" in theirs, path


def test_a_firm_is_not_promised_that_everybody_sees_its_words(crew, firm, base, linked, the_round, session):
    page = firm.look(f"{linked}/drive")
    assert 'name="show"' not in page
    assert "The unit looks at notes and photos" in page
    assert 'name="show"' in crew.look(f"{base}/drive")
    # Neither does it help to send the field all the same.
    stop = the_round.stops[0]
    firm.submit(f"{linked}/stops/{stop.id}/completion", key="k", outcome="done", show="yes", words="Buy here")
    told = select(Note.body, Note.public).join(Update, Update.id == Note.update_id).where(Update.kind == "fixed")
    assert session.execute(told).all() == [("Buy here", False)]
