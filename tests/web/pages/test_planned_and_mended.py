"""What a resident sees of a round: planned for a day, not planned any more, and mended with the crew's photo."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.models import Notification, Photo, Report, RouteList
from app.models.links import follow_path, public_path
from app.services import crews, outgoing, plans, releasing, triage
from app.services.plans import Round
from tests.application import SECRET, STORGATA
from tests.mail import text_of
from tests.web.pages.test_front import jpeg

NINA = "nina@example.org"
DAY = "Monday 30 November"


@pytest.fixture
def mails(session, office, clock, postbox):
    """The mails of the next minutes."""

    def pass_():
        clock.pass_(minutes=1)
        before = len(postbox.mails)
        due = select(Notification.id).where(Notification.state == "pending", Notification.next_attempt_at <= clock())
        for row_id in session.scalars(due.order_by(Notification.id)).all():
            outgoing.notify(office, notification_id=row_id)
        session.expire_all()
        return [text_of(mail) for mail in postbox.mails[before:]]

    return pass_


@pytest.fixture
def known(make_report, session, clock):
    """Nina's report, whose receipt has arrived."""
    report = make_report(email=NINA)
    report.reporter.confirm(at=clock())
    session.execute(update(Notification).values(state="sent"))
    session.commit()
    return report


@pytest.fixture
def plan(session, rules, per, clock):
    """A round of Bydrift's through all that waits there; released if nothing else is said."""

    def make(*, released=True):
        wanted = Round(unit_code="bydrift", start_lat=STORGATA[0], start_lon=STORGATA[1])
        made = plans.plan_drafts(session, wanted.wanted(rules=rules, at=clock()), rules=rules, by=per, at=clock())[0]
        session.commit()
        if released:
            releasing.release(session, made, by=per, at=clock())
            session.commit()
        return made

    return make


def flat(page: str) -> str:
    return " ".join(page.split())


def test_from_the_report_to_mended_with_the_crew_s_photo(
    known, decide, rules, plan, mails, client, browser_of, per, clock, session
):
    follow, public = follow_path(known, secret=SECRET), public_path(known)
    decide(triage.forward, known, unit_code="bydrift", rules=rules)
    mails()

    draft = plan(released=False)
    assert "Planned for" not in client.get(follow).text
    releasing.release(session, draft, by=per, at=clock())
    session.commit()
    (mail,) = mails()
    assert f"Planned for {DAY}. A crew from City operations (Bydrift) drives to the place." in flat(mail)
    for path in (follow, public, "/reports"):
        assert f"Planned for {DAY}" in flat(client.get(path).text), path
    assert client.get(f"/api{public}").json()["planned_for"] == "2026-11-30"
    assert "Planlagt til mandag 30. november" in flat(client.get(follow, headers={"accept-language": "nb"}).text)

    cab = browser_of(per)
    base = f"/staff/route-lists/{draft.id}"
    data = cab.get(f"{base}/round-data.json").json()
    token = {"x-csrf-token": cab.token}
    sent = {"data": {"key": "photo-1"}, "files": {"file": ("after.jpg", jpeg(), "image/jpeg")}, "headers": token}
    photo = cab.post(f"{base}/photos", **sent).json()["photo"]
    assert cab.post(f"{base}/photos", **sent).json()["photo"] == photo
    tap = {
        "key": "tap-1", "kind": "outcome", "stop_id": data["stops"][0]["id"], "outcome": "done", "show": True,
        "happened_at": (clock() - timedelta(seconds=30)).isoformat(), "words": "New lamp.", "photo_keys": ["photo-1"],
    }  # fmt: skip
    answer = cab.post(f"{base}/entries", json={"entries": [tap]}, headers=token)
    assert answer.json()["entries"] == [
        {"key": "tap-1", "result": "applied", "conflict": None, "sentence": None, "reference": None}
    ]

    (mail,) = mails()
    assert "It is fixed, says City operations (Bydrift)." in flat(mail)
    assert "New lamp." in mail
    assert "The crew has taken a photo." in mail
    for path in (follow, public):
        page = client.get(path).text
        assert "It is fixed" in page
        assert "New lamp." in page
        address = re.search(rf'"(/photos/{photo}-thumbnail\.jpg[^"]*)"', page)
        assert address is not None, path
        assert client.get(address[1]).status_code == 200


def test_a_photo_that_the_crew_does_not_show_is_seen_by_staff_only(
    known, decide, rules, plan, client, browser_of, per, clock, kari
):
    decide(triage.forward, known, unit_code="bydrift", rules=rules)
    made, cab = plan(), browser_of(per)
    token, base = {"x-csrf-token": cab.token}, f"/staff/route-lists/{made.id}"
    photos = [
        cab.post(f"{base}/photos", data={"key": key}, files={"file": ("a.jpg", jpeg(), "image/jpeg")}, headers=token)
        for key in ("before", "after")
    ]
    tap = {
        "key": "tap", "kind": "outcome", "stop_id": made.stops[0].id, "outcome": "done",
        "happened_at": clock().isoformat(), "words": "Mrs Hansen was at home.", "photo_keys": ["after"],
        "photos_before": ["before"],
    }  # fmt: skip
    cab.post(f"{base}/entries", json={"entries": [tap]}, headers=token)
    for photo in photos:
        path = f"/photos/{photo.json()['photo']}.jpg"
        assert client.get(path).status_code == 404
        assert browser_of(kari).get(path).status_code == 200
    for path in (follow_path(known, secret=SECRET), public_path(known)):
        page = client.get(path).text
        assert "Hansen" not in page
        assert "/photos/" not in page


def test_of_one_stop_with_two_reports_both_show_the_crew_s_photo(
    make_report, decide, rules, plan, client, browser_of, per, clock
):
    here = {"lat": STORGATA[0] + 0.001, "lon": STORGATA[1]}
    both = [make_report(**here), make_report(**here)]
    for report in both:
        decide(triage.forward, report, unit_code="bydrift", rules=rules)
    made, cab = plan(), browser_of(per)
    token, base = {"x-csrf-token": cab.token}, f"/staff/route-lists/{made.id}"
    files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
    photo = cab.post(f"{base}/photos", data={"key": "after"}, files=files, headers=token).json()["photo"]
    tap = {
        "key": "tap", "kind": "outcome", "stop_id": made.stops[0].id, "outcome": "done", "show": True,
        "happened_at": clock().isoformat(), "photo_keys": ["after"],
    }  # fmt: skip
    cab.post(f"{base}/entries", json={"entries": [tap]}, headers=token)
    for report in both:
        for path in (follow_path(report, secret=SECRET), public_path(report)):
            found = re.search(rf'"(/photos/{photo}-thumbnail\.jpg[^"]*)"', client.get(path).text)
            assert found is not None, path
            assert client.get(found[1]).status_code == 200


def test_a_promise_that_is_taken_back_disappears_honestly(
    known, decide, rules, plan, mails, client, ola, clock, session
):
    decide(triage.forward, known, unit_code="bydrift", rules=rules)
    made = plan()
    mails()
    crews.close(crews.held_to_close(session, made), by=ola, at=clock())
    session.commit()
    session.expire_all()
    for path in (follow_path(known, secret=SECRET), public_path(known)):
        page = flat(client.get(path).text)
        assert "It is no longer planned for that day. City operations (Bydrift) finds another one." in page
        assert "has the report." in page
    assert client.get(f"/api{public_path(known)}").json()["planned_for"] is None
    assert mails() == []


def test_another_day_is_told_once(known, decide, rules, plan, mails, client, ola, clock, session):
    from app.models import Actor, NotificationKind
    from app.services import notifying

    decide(triage.forward, known, unit_code="bydrift", rules=rules)
    made = plan()
    mails()
    report = session.get_one(Report, known.id)
    for day in (made.day + timedelta(days=1), made.day + timedelta(days=1)):
        told = report.move_to(day, actor=Actor.of(ola), at=clock(), route_list_id=made.id)
        if told is not None:
            notifying.notify(session, report, told, kind=NotificationKind.STATUS, at=clock())
    session.commit()
    (mail,) = mails()
    assert "It has been moved: it is now planned for Tuesday 1 December." in flat(mail)
    assert "Planned for Tuesday 1 December" in flat(client.get(public_path(known)).text)


def test_a_day_that_is_over_is_not_promised_any_more(known, decide, rules, plan, client, clock):
    decide(triage.forward, known, unit_code="bydrift", rules=rules)
    plan()
    clock.pass_(days=2)
    page = flat(client.get(public_path(known)).text)
    assert f"It was planned for {DAY}. The crew from City operations (Bydrift) has not told us yet how it went." in page


def test_only_the_unit_s_own_people_send_from_the_field(
    known, decide, rules, plan, browser_of, per, eva, clock, session
):
    decide(triage.forward, known, unit_code="bydrift", rules=rules)
    made = plan()
    base = f"/staff/route-lists/{made.id}"
    tap = {
        "key": "tap", "kind": "outcome", "stop_id": made.stops[0].id, "outcome": "done",
        "happened_at": clock().isoformat(),
    }  # fmt: skip
    colleague, stranger = browser_of(eva), browser_of(None)
    for browser, status in ((colleague, 404), (stranger, 401)):
        headers = {"x-csrf-token": browser.token, "accept": "application/json"}
        assert browser.post(f"{base}/entries", json={"entries": [tap]}, headers=headers).status_code == status
        files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
        assert browser.post(f"{base}/photos", data={"key": "k"}, files=files, headers=headers).status_code == status
        assert browser.get(f"{base}/round-data.json", headers=headers).status_code == status
    assert session.scalars(select(Photo)).all() == []
    assert browser_of(per).post(f"{base}/entries", json={"entries": [tap]}).status_code == 403
    session.expire_all()
    assert session.get_one(Report, known.id).status == "scheduled"


def test_what_cannot_be_read_does_not_hold_up_the_rest(known, decide, rules, plan, browser_of, per, clock):
    decide(triage.forward, known, unit_code="bydrift", rules=rules)
    made, cab = plan(), browser_of(per)
    good = {
        "key": "tap", "kind": "outcome", "stop_id": made.stops[0].id, "outcome": "not_found",
        "happened_at": clock().isoformat(),
    }  # fmt: skip
    bad = [
        {}, 7, {**good, "key": "b1", "outcome": "danced"}, {**good, "key": "b2", "stop_id": None},
        {**good, "key": "b3", "happened_at": "yesterday"}, {**good, "key": "b4", "materials": {"led_40": -1}},
    ]  # fmt: skip
    headers = {"x-csrf-token": cab.token}
    answer = cab.post(f"/staff/route-lists/{made.id}/entries", json={"entries": [*bad, good]}, headers=headers)
    assert [one["result"] for one in answer.json()["entries"]] == ["refused"] * 6 + ["applied"]
    for body in (b"[]", b"no json", b'{"entries": 7}'):
        headers["content-type"] = "application/json"
        assert cab.post(f"/staff/route-lists/{made.id}/entries", content=body, headers=headers).status_code == 422


def test_the_cab_gets_all_it_needs_and_no_contact_data(
    make_report, decide, rules, plan, browser_of, per, session, count_queries
):
    report = make_report(email=NINA, name="Nina Hansen", description="Dark since Sunday.")
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    made = plan()
    cab = browser_of(per)
    with count_queries() as counted:
        answer = cab.get(f"/staff/route-lists/{made.id}/round-data.json")
    assert counted.number <= 14
    data = answer.json()
    assert (data["open"], data["released"], data["day_in_words"]) == (True, True, DAY)
    (stop,) = data["stops"]
    assert stop["links"]["geo"].startswith("geo:69.6492")
    assert stop["usual_materials"] == {"led_40": 1.0}
    assert stop["reports"][0]["words"] == "Dark since Sunday."
    assert {"code": "bulb_70", "name": "Sodium bulb 70 W", "unit": "stk"} in data["materials"]
    assert "pothole" in {one["code"] for one in data["categories"]}
    assert NINA not in answer.text
    assert "Hansen" not in answer.text
    assert session.get_one(RouteList, made.id).version == data["version"]
