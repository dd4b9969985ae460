"""The page of the cab, what a phone keeps of it, and its plain forms: the crew, another unit, a stranger."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models import Actor, FieldEntry, Photo, Report, RouteList, Stop, StopMaterial
from app.settings import Settings
from app.web.security import content_security_policy
from tests.application import STORGATA


@pytest.fixture
def base(make_report, kari, browser_of, per, session, clock):
    for metres in (1, 2):
        report = make_report(lat=STORGATA[0] + metres / 1000, lon=STORGATA[1], description=f"Secret place {metres}")
        report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    answer = browser_of(per).submit("/staff/route-lists", unit="bydrift", start="69.6492, 18.9553", name="North")
    assert answer.status_code == 303, answer.text
    return f"/staff/route-lists/{session.scalars(select(RouteList.id)).one()}"


@pytest.fixture
def first(base, session):
    return session.scalars(select(Stop).order_by(Stop.sort_order)).first()


def test_the_page_has_each_stop_with_its_form_and_says_who_drives(browser_of, per, base):
    page = browser_of(per).look(f"{base}/drive")
    assert page.count("/completion") == 2
    assert "Secret place 1" in page
    assert f'data-driver="staff-{per.id}"' in page


def test_what_a_phone_keeps_of_the_page_is_nobodys_but_the_drivers(browser_of, per, base):
    browser = browser_of(per)
    kept = browser.look(f"{base}/drive?kept=1")
    assert browser.token not in kept
    assert "Secret place" not in kept
    assert "North" not in kept
    assert f'data-driver="staff-{per.id}"' in kept
    assert f'data-base="{base}"' in kept


def test_the_cab_has_room_for_one_conflict_says_another_day_and_ends_the_round_when_all_is_done(browser_of, per, base):
    page = browser_of(per).look(f"{base}/drive")
    for part in ("conflict-fold", "day", "to-end"):
        assert re.search(rf'data-part="{part}"[^>]* hidden', page), part
    assert "This round is for {day}." in page


def test_a_stop_needs_a_lift_and_is_open_again_after_undo(browser_of, per, base, first, session):
    browser = browser_of(per)
    assert browser.submit(f"{base}/stops/{first.id}/completion", key="k1", outcome="needs_lift").status_code == 303
    session.expire_all()
    assert first.outcome == "needs_lift"
    assert "it needs a lift" in browser.look(f"{base}/drive")
    browser.submit(f"{base}/stops/{first.id}/reopening", key="k2")
    session.expire_all()
    assert (first.outcome, first.completed_at) == (None, None)
    assert sorted(session.scalars(select(Report.status))) == ["scheduled", "scheduled"]


def test_minutes_material_and_kilometres_are_taken_from_the_forms(browser_of, per, base, first, session, rules):
    browser, material = browser_of(per), next(iter(rules.materials))
    tick = {"key": "k1", "outcome": "done", "minutes": "12", f"material_{material}": "1,5", "material_gold": "3"}
    browser.submit(f"{base}/stops/{first.id}/completion", **tick)
    browser.submit(f"{base}/stops/{first.id}/completion", **tick)
    browser.submit(f"{base}/end", key="k2", km="12,5")
    session.expire_all()
    assert first.minutes == 12
    assert session.execute(select(StopMaterial.material_code, StopMaterial.quantity)).all() == [(material, 1.5)]
    assert session.scalars(select(FieldEntry.key).order_by(FieldEntry.id)).all() == ["k1", "k2"]
    route_list = session.scalars(select(RouteList)).one()
    assert (route_list.driven_metres, route_list.is_open) == (12500, False)


@pytest.mark.parametrize("km", ["", "far", "-3", "nan", "1e9"])
def test_kilometres_that_cannot_be_are_left_out(browser_of, per, base, session, km):
    assert browser_of(per).submit(f"{base}/end", key="k", km=km).status_code == 303
    assert session.scalars(select(RouteList.driven_metres)).one() is None


def test_nobody_else_drives_it(browser_of, eva, base, first, session):
    stranger, other = browser_of(None), browser_of(eva)
    assert stranger.get(f"{base}/drive?kept=1").status_code == 303
    assert other.get(f"{base}/drive?kept=1").status_code == 404
    for path in (f"stops/{first.id}/completion", f"stops/{first.id}/reopening", "end"):
        assert other.submit(f"{base}/{path}", outcome="done").status_code == 404
    assert session.scalars(select(FieldEntry)).all() == []
    assert session.scalars(select(Photo)).all() == []


def test_a_fresh_token_says_whose_it_is(browser_of, per, client):
    assert browser_of(per).get("/form-token").json()["driver"] == f"staff-{per.id}"
    assert client.get("/form-token").json()["driver"] is None


def test_the_crews_app_starts_at_its_lists(client):
    app = client.get("/manifest.webmanifest?lang=en&crew=1").json()
    assert (app["id"], app["start_url"], app["short_name"]) == (
        "/staff/route-lists",
        "/staff/route-lists",
        "Route lists",
    )
    assert client.get("/manifest.webmanifest?lang=en").json()["start_url"] == "/"


def test_scripts_may_fetch_tiles_only_where_they_may_be_kept():
    given = {"_env_file": None, "tile_url": "https://{s}.tiles.example/{z}/{x}/{y}.png"}
    assert "connect-src 'self';" in content_security_policy(Settings(**given))
    assert "connect-src 'self' https://*.tiles.example;" in content_security_policy(Settings(tile_cache=True, **given))
