"""Following a place from its page: asked for, confirmed by a button, changed and ended; and whoever may not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import Place, PlaceFollow, PlaceMail, ResidentSession, Road
from app.models.links import confirm_path, place_confirm_path, place_path, place_stop_path
from app.services import digests, mine, outgoing
from app.web.access_log import mask
from tests.application import SECRET, STORGATA
from tests.mail import text_of
from tests.web.pages.forms import form_of

LAT, LON = STORGATA
FOLLOW = "/follow-place"


@pytest.fixture
def asking(client):
    """The form, filled in for a circle around Storgata."""
    page = form_of(client.get(FOLLOW).text, FOLLOW)
    return page.fill(lat=str(LAT), lon=str(LON), radius="300", email="nina@example.org")


@pytest.fixture
def asked(asking, client, session) -> PlaceFollow:
    assert asking.send(client).headers["location"] == "/follow-place/asked"
    return session.scalars(select(PlaceFollow)).one()


@pytest.fixture
def following(asked, client, session) -> PlaceFollow:
    press(client, place_confirm_path(asked, secret=SECRET))
    session.expire_all()
    assert asked.hears
    return asked


def press(client, path: str, **fill: object):
    """Open the page behind a link in a mail and press its button."""
    answer = client.get(path)
    assert answer.status_code == 200
    return form_of(answer.text, path).fill(**fill).send(client)


def mails_of(office, session) -> int:
    """Send what waits; how many questions there were."""
    rows = session.scalars(select(PlaceMail.id)).all()
    for mail_id in rows:
        outgoing.tell_follower(office, mail_id=mail_id)
    return len(rows)


def test_an_address_is_asked_first_and_nothing_begins_before_its_button(asked, client, session, office, postbox):
    assert not asked.hears
    assert mails_of(office, session) == 1
    (mail,) = postbox.mails
    path = place_confirm_path(asked, secret=SECRET)
    assert path in text_of(mail)
    assert "the town centre" in text_of(mail), "our own name of the place, and nothing that was typed"
    for _ in range(2):
        client.get(path)
        client.head(path)
    session.expire_all()
    assert not asked.hears, "a scanner that opens every link confirms nothing"
    answer = press(client, path)
    assert answer.headers["location"] == place_path(asked, secret=SECRET)
    session.expire_all()
    assert asked.hears


def test_confirming_twice_is_as_good_as_once(following, client, session):
    path = place_confirm_path(following, secret=SECRET)
    before = following.confirmed_at
    assert "You follow this place" in client.get(path).text
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get(FOLLOW).text)[1]
    assert client.post(path, data={"csrf_token": token}).status_code == 303
    session.expire_all()
    assert following.confirmed_at == before
    assert session.scalar(select(func.count()).select_from(PlaceFollow)) == 1


def test_a_mail_program_stops_it_with_one_click_and_twice_is_as_good_as_once(following, client, session):
    path = place_stop_path(following, secret=SECRET)
    client.get(path)
    session.expire_all()
    assert following.hears, "opening the page ends nothing"
    for _ in range(2):
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "You no longer follow this place" in answer.text
    session.expire_all()
    assert following.email is None, "the address is forgotten at once"


def test_a_person_stops_it_with_a_button_and_other_sites_cannot(following, client, session):
    path = place_stop_path(following, secret=SECRET)
    assert client.post(path, data={}).status_code == 403
    session.expire_all()
    assert following.hears
    assert press(client, path).headers["location"] == path
    session.expire_all()
    assert following.ended_at is not None


def test_the_button_of_an_old_mail_does_not_bring_back_what_was_stopped(following, client, session):
    press(client, place_stop_path(following, secret=SECRET))
    path = place_confirm_path(following, secret=SECRET)
    page = client.get(path)
    assert "You no longer follow this place" in page.text
    assert "/follow-place?lat=69.6492" in page.text, "and how to follow it again"
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get(FOLLOW).text)[1]
    client.post(path, data={"csrf_token": token})
    session.expire_all()
    assert not following.hears


@pytest.mark.parametrize("path", ["/followed-place/{}/x", "/confirm-place/{}/x", "/stop-place/{}/x", "/stop-place/0/x"])
def test_a_guessed_or_altered_link_opens_nothing(following, client, path):
    assert client.get(path.format(following.id)).status_code == 404
    own = place_path(following, secret=SECRET).rpartition("/")[2]
    answer = client.get(f"/stop-place/{following.id}/{own}")
    assert answer.status_code == 404, "each link is for one thing"
    assert "This link does not work, or no longer." in answer.text


def test_secret_pages_are_not_kept_indexed_or_logged(following, client):
    for make in (place_path, place_confirm_path, place_stop_path):
        path = make(following, secret=SECRET)
        answer = client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert mask(path).endswith(f"/{following.id}/***")
        assert "nina@example.org" not in answer.text


def test_its_owner_changes_it_and_ends_it(following, client, session):
    path = place_path(following, secret=SECRET)
    page = form_of(client.get(path).text, path)
    assert (page.fields["radius"], page.fields["rhythm"]) == (["300"], ["daily"])
    page.fill(radius="1000", rhythm="4", groups=["lamps"], closings="1").send(client)
    session.expire_all()
    assert (following.radius, following.weekday, following.groups, following.closings) == (1000, 4, ["lamps"], True)
    shown = client.get(path).text
    assert form_of(shown, path).fields["rhythm"] == ["4"]
    form_of(shown, f"{path}/end").send(client)
    session.expire_all()
    assert following.ended_at is not None
    assert "You no longer follow this place" in client.get(path).text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"radius": "40"}, "Write how far in metres: from 50 to 5000."),
        ({"radius": "5001"}, "Write how far in metres: from 50 to 5000."),
        ({"radius": "far"}, "Write how far in metres: from 50 to 5000."),
        ({"lat": "", "lon": ""}, "Show on the map what you want to follow, or search for a place."),
        ({"lat": "59.9", "lon": "10.7"}, "This place is outside our municipality. We cannot mend things there."),
        ({"lat": "1e400", "lon": "nan"}, "Show on the map what you want to follow, or search for a place."),
        ({"email": ""}, "Write your e-mail address."),
        ({"email": "nina"}, "The e-mail address must look like name@example.com."),
        ({"rhythm": "8"}, "Choose how often you want a mail."),
        ({"groups": ["nothing"]}, "Choose at least one kind, or everything."),
        ({"what": "street", "street": "Storgata"}, "We have no list of streets here. Follow a circle instead."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(asking, client, session, wrong, sentence):
    given = {**asking.fields, "closings": "1", "rhythm": "2", **wrong}
    answer = client.post(FOLLOW, data=given)
    assert answer.status_code == 422
    assert sentence in answer.text.replace("&#39;", "'")
    again = form_of(answer.text, FOLLOW).fields
    for name in ("radius", "email", "closings"):
        typed = given[name]
        assert again.get(name, [""]) == (typed if isinstance(typed, list) else [typed])
    assert session.scalar(select(func.count()).select_from(PlaceFollow)) == 0


def test_one_mail_a_day_and_its_button_is_for_all_that_was_asked(asked, client, session, office, postbox, clock):
    for radius in ("500", "700"):
        page = form_of(client.get(FOLLOW).text, FOLLOW)
        page.fill(lat=str(LAT), lon=str(LON), radius=radius, email="Nina@example.org").send(client)
    assert mails_of(office, session) == 1
    path = place_confirm_path(asked, secret=SECRET)
    page = form_of(client.get(path).text, path)
    others = session.scalars(select(PlaceFollow).where(PlaceFollow.id != asked.id).order_by(PlaceFollow.id)).all()
    assert page.fields["mine"] == [f"place-{one.id}" for one in others]
    page.fill(mine=[f"place-{others[0].id}"]).send(client)
    session.expire_all()
    assert [one.hears for one in (asked, *others)] == [True, True, False]


def test_a_report_and_a_place_on_the_same_day_are_one_mail(asking, client, session, make_report, clock):
    report = make_report(email="nina@example.org")
    asking.send(client)
    follow = session.scalars(select(PlaceFollow)).one()
    assert session.scalar(select(func.count()).select_from(PlaceMail)) == 0
    path = confirm_path(report, "nina@example.org", secret=SECRET)
    assert "Follow a place" in client.get(path).text
    press(client, path)
    session.expire_all()
    assert follow.hears


def test_the_same_circle_twice_is_one(following, client, session, clock):
    clock.pass_(days=2)
    page = form_of(client.get(FOLLOW).text, FOLLOW)
    page.fill(lat=str(LAT), lon=str(LON), radius="300", email="nina@example.org", rhythm="2").send(client)
    anew = session.scalars(select(PlaceFollow).where(PlaceFollow.id != following.id)).one()
    session.expire_all()
    assert following.hears, "whoever types an address changes nothing of its owner's"
    press(client, place_confirm_path(anew, secret=SECRET))
    session.expire_all()
    assert (following.hears, anew.hears, anew.weekday) == (False, True, 2)


def test_twenty_places_are_enough(following, client, session, clock):
    for number in range(19):
        session.add(copy_of(following, radius=400 + number))
    session.commit()
    clock.pass_(days=2)
    page = form_of(client.get(FOLLOW).text, FOLLOW)
    page.fill(lat=str(LAT), lon=str(LON), radius="999", email="nina@example.org").send(client)
    more = session.scalars(select(PlaceFollow).where(PlaceFollow.radius == 999)).one()
    answer = press(client, place_confirm_path(more, secret=SECRET))
    assert answer.status_code == 409
    assert "You follow 20 places already." in answer.text


def test_a_stranger_cannot_fill_up_somebody_elses_places(asking, client, session, clock):
    for number in range(25):
        asking.fill(radius=str(100 + number)).send(client)
    assert session.scalar(select(func.count()).select_from(PlaceFollow)) == 20
    assert session.scalars(select(PlaceFollow).where(PlaceFollow.radius == 100)).one(), "its button was mailed"
    clock.pass_(days=2)
    asking.fill(radius="999").send(client)
    own = session.scalars(select(PlaceFollow).where(PlaceFollow.radius == 999)).one()
    assert session.scalars(select(PlaceMail).where(PlaceMail.follow_id == own.id)).one(), "its owner is asked"
    press(client, place_confirm_path(own, secret=SECRET))
    session.expire_all()
    assert own.hears


def test_the_answer_tells_nobody_whether_an_address_is_known(following, client):
    page = form_of(client.get(FOLLOW).text, FOLLOW)
    known = page.fill(lat=str(LAT), lon=str(LON), email="nina@example.org").send(client)
    unknown = page.fill(email="somebody@example.org").send(client)
    assert known.headers["location"] == unknown.headers["location"]
    assert "nina" not in known.headers["location"]


def copy_of(follow: PlaceFollow, **changed: object) -> PlaceFollow:
    names = ("email", "lat", "lon", "radius", "created_at", "asked_at", "confirmed_at")
    given = {name: getattr(follow, name) for name in names}
    return PlaceFollow(**{**given, "shape": f"SRID=4326;POINT({follow.lon} {follow.lat})", **changed})


@pytest.fixture
def storgata(session):
    """Two houses of Storgata, its road, and a street of the same name in another town."""
    for source_ref, label, lat, lon in (("1", "Storgata 1", LAT, LON), ("2", "Storgata 99", LAT + 0.004, LON)):
        session.add(Place(kind="address", source_ref=source_ref, label=label, detail="9008 Tromsø", lat=lat, lon=lon))
    session.add(Place(kind="street", source_ref="a", label="Storgata", detail="Tromsø", lat=LAT, lon=LON))
    session.commit()


def test_a_street_is_followed_by_its_houses_and_its_road(
    storgata, client, session, make_report, office, postbox, clock
):
    digests.watch(office)
    line = f"SRID=4326;LINESTRING({LON} {LAT + 0.001}, {LON} {LAT + 0.003})"
    session.add(Road(source_ref="r", name="Storgata", line=line))
    session.commit()
    page = form_of(client.get(f"{FOLLOW}?street=storgata").text, FOLLOW)
    assert page.fields["what"] == ["street"]
    page.fill(email="nina@example.org").send(client)
    follow = session.scalars(select(PlaceFollow)).one()
    assert (follow.street, follow.label) == ("Storgata", "Storgata")
    press(client, place_confirm_path(follow, secret=SECRET))
    at_house = make_report(lat=LAT + 0.004, lon=LON + 0.0005)
    on_road = make_report(lat=LAT + 0.002, lon=LON + 0.0005)
    beside = make_report(lat=LAT + 0.002, lon=LON + 0.002)
    by_register = make_report(lat=LAT + 0.0045, lon=LON + 0.0025)
    by_register.nearest_address = "Storgata 99 B"
    session.commit()
    digests.watch(office)
    clock.pass_(days=1)
    digests.run(office)
    text = text_of(postbox.mails[-1])
    assert postbox.mails[-1]["Subject"] == "3 reports: Storgata"
    assert all(report.shown_reference in text for report in (at_house, on_road, by_register))
    assert beside.shown_reference not in text


def test_of_streets_with_the_same_name_one_is_chosen(storgata, client, session):
    session.add(Place(kind="street", source_ref="b", label="Storgata", detail="Hammerfest", lat=LAT + 0.01, lon=LON))
    session.commit()
    page = form_of(client.get(FOLLOW).text, FOLLOW)
    answer = page.fill(what="street", street="Storgata", email="nina@example.org").send(client)
    assert "There is more than one such street." in answer.text
    assert 'value="street:Storgata, Hammerfest"' in answer.text
    chosen = client.post(FOLLOW, data={**form_of(answer.text, FOLLOW).fields, "do": "street:Storgata, Tromsø"})
    form_of(chosen.text, FOLLOW).send(client)
    follow = session.scalars(select(PlaceFollow)).one()
    assert follow.lat == pytest.approx(LAT)
    path = place_path(follow, secret=SECRET)
    own = form_of(client.get(path).text, path)
    assert own.fill(rhythm="0").send(client).status_code == 303, "which one it is, is known by then"
    session.expire_all()
    assert (follow.lat, follow.weekday) == (pytest.approx(LAT), 0)


def test_a_street_that_is_not_known_is_said(storgata, client):
    page = form_of(client.get(FOLLOW).text, FOLLOW)
    answer = page.fill(what="street", street="Drottninggatan", email="nina@example.org").send(client)
    assert answer.status_code == 422
    assert "We know no street called “Drottninggatan”." in answer.text


def test_without_script_a_place_is_searched_for_and_chosen(storgata, client):
    page = form_of(client.get(FOLLOW).text, FOLLOW)
    answer = client.post(FOLLOW, data={**page.fields, "where": "storgata 99", "email": "n@example.org", "do": "place"})
    fields = form_of(answer.text, FOLLOW).fields
    assert (float(fields["lat"][0]), fields["email"]) == (pytest.approx(LAT + 0.004), ["n@example.org"])
    answer = client.post(FOLLOW, data={**page.fields, "where": "storgata", "do": ""})
    assert answer.status_code == 200, "Enter searches, and sends nothing"
    assert "The place is now Storgata" in answer.text


def test_a_feed_of_the_same_circle_needs_no_address(asking, client, session):
    answer = client.post(FOLLOW, data={**asking.fields, "email": "", "groups": ["lamps"], "do": "feed"})
    assert answer.headers["location"] == f"/reports.atom?near={LAT:.5f},{LON:.5f}&radius=300&category=lamps.*"
    assert session.scalar(select(func.count()).select_from(PlaceFollow)) == 0
    assert client.get(answer.headers["location"]).headers["content-type"].startswith("application/atom+xml")


def test_who_is_signed_in_with_the_address_needs_no_mail(asking, client, session, clock):
    token = "a resident's token"
    given = {"created_at": clock(), "expires_at": clock() + timedelta(days=1)}
    session.add(ResidentSession(token_hash=mine.hash_of(token), email="Nina@example.org", **given))
    session.commit()
    assert "We send you one mail with a button." in client.get(FOLLOW).text
    client.cookies.set("gatami_mine", token)
    page = client.get(FOLLOW).text
    assert "We send you one mail with a button." not in page
    assert form_of(page, FOLLOW).fields["email"] == ["Nina@example.org"]
    answer = asking.send(client)
    follow = session.scalars(select(PlaceFollow)).one()
    assert answer.headers["location"] == place_path(follow, secret=SECRET)
    assert follow.hears
    asking.fill(email="somebody@example.org", radius="400").send(client)
    assert not session.scalars(select(PlaceFollow).where(PlaceFollow.radius == 400)).one().hears


def test_a_link_can_bring_a_place(client):
    fields = form_of(client.get(f"{FOLLOW}?lat={LAT}&lon={LON}&radius=200").text, FOLLOW).fields
    assert (fields["lat"], fields["lon"], fields["radius"]) == ([str(LAT)], [str(LON)], ["200"])


def test_a_flood_from_one_network_is_told_when_to_come_back(asking, client, state, settings):
    object.__setattr__(state, "settings", settings.model_copy(update={"limit_support_per_hour": 2}))
    assert [asking.send(client).status_code for _ in range(2)] == [303, 429]
    assert client.post(FOLLOW, data={**asking.fields, "do": "feed"}).status_code == 303, "only mails are counted"


def test_the_lists_of_reports_lead_here(client):
    assert 'href="/follow-place"' in client.get("/reports").text
    near = client.get("/reports?near=69.65,18.95&radius=300").text
    assert "/follow-place?lat=69.65&amp;lon=18.95&amp;radius=300" in near


def test_the_page_asks_few_questions_of_the_database(client, storgata, count_queries):
    with count_queries() as counted:
        client.get(FOLLOW)
    assert counted.number <= 12


def test_what_nobody_confirmed_waits_and_the_next_day_there_is_another_mail(asked, client, session, clock, asking):
    clock.pass_(days=1, minutes=5)
    asking.send(client)
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(PlaceFollow)) == 1
    assert session.scalars(select(PlaceMail)).one().created_at == clock()
    assert session.scalars(select(PlaceFollow)).one().asked_at - asked.created_at > timedelta(days=1)


def test_a_place_too_many_is_refused_and_not_kept(following, client, session, clock):
    for number in range(19):
        session.add(copy_of(following, radius=400 + number))
    given = {"created_at": clock(), "expires_at": clock() + timedelta(days=1)}
    session.add(ResidentSession(token_hash=mine.hash_of("token"), email="nina@example.org", **given))
    session.commit()
    client.cookies.set("gatami_mine", "token")
    page = form_of(client.get(FOLLOW).text, FOLLOW)
    answer = page.fill(lat=str(LAT), lon=str(LON), radius="999", email="nina@ＥＸＡＭＰＬＥ.org").send(client)
    assert answer.status_code == 422
    assert "You follow 20 places already." in answer.text
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(PlaceFollow)) == 20
