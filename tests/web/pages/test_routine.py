"""The pages of fixed rounds: the board in the cab, the form, the reports along the way, and who gets in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Actor, RoutineDrive, RoutineRound
from tests.application import STORGATA

LAT, LON = STORGATA
FIELDS = {
    "unit": "bydrift", "name": "Feierunde sentrum", "kind": "sweeping", "way": f"{LAT}, {LON}\n{LAT + 0.0045}, {LON}",
    "reach": "25", "category": ["snow"], "public": "1", "calendar": "weekly",
    "weekdays": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "every": "1", "since": "2026-01-01", "until": "",
    "season_from": "01.11", "season_until": "15.04", "begins": "00:01", "ends": "23:59",
}  # fmt: skip
HOME = "/staff/routine-rounds"


@pytest.fixture
def browsers(browser_of, ola, eva, per, kari):
    return {name: browser_of(staff) for name, staff in (("ola", ola), ("eva", eva), ("per", per), ("kari", kari))}


@pytest.fixture
def made(browsers, session):
    browsers["ola"].submit(HOME, **FIELDS)
    return session.scalars(select(RoutineRound)).one()


@pytest.fixture
def waiting(make_report, kari, session, clock):
    report = make_report(category="snow", lat=LAT + 0.001, lon=LON, email="nina@example.org")
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    return report


def test_a_round_is_kept_and_found_again_in_its_form(browsers, made):
    form = browsers["ola"].look(f"{HOME}/{made.id}/edit")
    for part in ("Feierunde sentrum", f"{LAT:.6f}, {LON:.6f}", "01.11", "15.04", 'value="TU" checked'):
        assert part in form
    assert "Feierunde sentrum" in browsers["ola"].look(HOME)


def test_a_mistake_shows_the_form_again_with_everything_in_it(browsers, session):
    page = browsers["ola"].submit(HOME, **FIELDS | {"season_until": "", "name": "Runden min"})
    assert page.status_code == 422
    assert "Runden min" in page.text
    assert "15.04" in page.text  # The sentence says how to write it.
    assert session.scalars(select(RoutineRound)).all() == []


def test_one_tap_on_the_board_and_residents_read_the_hour(browsers, made, waiting, client):
    address = f"/here?category=snow&lat={waiting.lat}&lon={waiting.lon}"
    assert "23:59" in client.get(address).text
    browsers["per"].submit(f"{HOME}/{made.id}/drives", day="2026-11-30", do="late", until="14:00")
    assert "14:00" in client.get(address).text
    assert "14:00" in client.get(f"/reports/{waiting.shown_reference}").text
    browsers["per"].submit(f"{HOME}/{made.id}/drives", day="2026-11-30", do="cancel")
    assert "14:00" not in client.get(address).text


def test_what_waits_along_the_way_goes_with_the_round(browsers, made, waiting, session):
    page = browsers["ola"].look(f"{HOME}/{made.id}")
    assert waiting.shown_reference in page
    assert "nina@example.org" not in page
    browsers["ola"].submit(f"{HOME}/{made.id}/reports", report=[waiting.reference], day="2026-12-01")
    session.refresh(waiting)
    assert (waiting.status, str(waiting.planned_for)) == ("scheduled", "2026-12-01")


def test_another_unit_finds_no_round_and_changes_none(browsers, made, session):
    assert "Feierunde" not in browsers["eva"].look(HOME)
    for path, fields in (
        ("", FIELDS), ("/drives", {"day": "2026-11-30", "do": "cancel"}), ("/removal", {}),
        ("/reports", {"report": ["1"], "day": "2026-12-01"}),
    ):  # fmt: skip
        assert browsers["eva"].submit(f"{HOME}/{made.id}{path}", **fields).status_code == 404
    assert browsers["eva"].submit(HOME, **FIELDS).status_code == 403
    assert session.scalars(select(RoutineDrive)).all() == []
    assert made.active


def test_a_way_comes_from_a_file_too(browsers, session, ola, browser_of):
    form = browser_of(ola)
    token = form.look(f"{HOME}/new").split('name="csrf_token" value="')[1].split('"')[0]
    line = '{"type": "LineString", "coordinates": [[18.95, 69.64], [18.96, 69.65]]}'
    drawn = f'{{"type": "Feature", "properties": {{}}, "geometry": {line}}}'
    answer = form.post(
        HOME, data=FIELDS | {"way": "", "csrf_token": token}, files={"file": ("way.geojson", drawn.encode())}
    )
    assert answer.status_code in {200, 303}, answer.text[:300]
    assert "69.640000, 18.950000" in form.look(f"{HOME}/{session.scalars(select(RoutineRound.id)).one()}/edit")


def test_a_file_without_lines_is_refused_in_words(browsers, ola, browser_of, session):
    form = browser_of(ola)
    token = form.look(f"{HOME}/new").split('name="csrf_token" value="')[1].split('"')[0]
    answer = form.post(HOME, data=FIELDS | {"csrf_token": token}, files={"file": ("way.geojson", b"PK\x03\x04")})
    assert answer.status_code == 422
    assert "GeoJSON" in answer.text
    assert session.scalars(select(RoutineRound)).all() == []


def test_a_round_that_is_put_aside_promises_nothing(browsers, made, waiting, client):
    browsers["ola"].submit(f"{HOME}/{made.id}/removal")
    assert "23:59" not in client.get(f"/here?category=snow&lat={waiting.lat}&lon={waiting.lon}").text
    assert "Feierunde" not in browsers["ola"].look(HOME)


def test_the_unit_reads_on_which_round_a_report_lies_and_puts_it_there_by_one_press(browsers, made, waiting, session):
    assert "Feierunde sentrum" in browsers["ola"].look("/staff/inbox")
    page = browsers["ola"].look(f"/staff/inbox/{waiting.shown_reference}")
    assert f'action="{HOME}/{made.id}/reports"' in page
    browsers["ola"].submit(f"{HOME}/{made.id}/reports", report=[waiting.reference], day="2026-11-30")
    session.refresh(waiting)
    assert waiting.status == "scheduled"
    assert "Feierunde sentrum" not in browsers["ola"].look("/staff/inbox")


@pytest.mark.parametrize(
    "wrong",
    [{"reach": "²"}, {"every": "²"}, {"reach": "9" * 5000}, {"every": "9" * 5000}, {"begins": "07:00+01:00"},
     {"begins": "07:00Z"}, {"ends": "22:00-11:00"}],
)  # fmt: skip
def test_what_no_field_of_ours_sends_is_a_mistake_in_words(browsers, session, wrong):
    page = browsers["ola"].submit(HOME, **FIELDS | wrong)
    assert page.status_code == 422
    assert "Feierunde sentrum" in page.text
    assert session.scalars(select(RoutineRound)).all() == []


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1"])
def test_a_version_that_is_none_is_an_old_one(browsers, made, version):
    assert browsers["ola"].submit(f"{HOME}/{made.id}", **FIELDS | {"version": version}).status_code == 409


@pytest.mark.parametrize(
    "tap",
    [{"day": "2026-11-30", "do": "late", "until": "14:00+01:00"}, {"day": "2026-12-01", "do": "start"},
     {"day": "2026-11-29", "do": "late", "until": "14:00"}, {"day": "9999-12-31", "do": "cancel"},
     {"day": "0001-01-01", "do": "finish"}],
)  # fmt: skip
def test_a_tap_for_a_day_on_which_it_means_nothing_is_refused(browsers, made, session, tap):
    assert browsers["per"].submit(f"{HOME}/{made.id}/drives", **tap).status_code == 422
    assert session.scalars(select(RoutineDrive)).all() == []
    assert browsers["per"].submit(f"{HOME}/{made.id}/drives", day="2026-12-01", do="cancel").status_code == 303
