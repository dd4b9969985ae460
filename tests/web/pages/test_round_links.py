"""A contractor with a link to one round: what it opens, for how long, and everything that stays closed."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from app.models import Actor, FieldEntry, Photo, Report, RoundLink, RouteList, Stop, Update
from app.models.links import round_path
from app.web import pages
from app.web.access_log import mask
from tests.application import SECRET, STORGATA
from tests.timed_rounds import a_round

SECRETS = ("Siri", "siri@example.com", "99887766", "Hemmelig")


@pytest.fixture
def waiting(make_report, kari, session, clock):
    """`waiting(2)`: reports at Bydrift, in whose words their reporter speaks of herself."""

    def make(count: int = 2, **given):
        made = [
            make_report(
                lat=STORGATA[0] + n / 1000, lon=STORGATA[1], name="Siri Melder", email="siri@example.com",
                description=f"Dark at {n}, call Siri on 99887766", **given,
            )
            for n in range(1, count + 1)
        ]  # fmt: skip
        for report in made:
            report.forward("bydrift", actor=Actor.of(kari), at=clock())
        session.commit()
        return made

    return make


@pytest.fixture
def the_round(session, waiting, clock) -> RouteList:
    return a_round(session, waiting(), at=clock())


@pytest.fixture
def link(session, the_round, ola, clock) -> RoundLink:
    made = RoundLink(
        route_list_id=the_round.id, name="Lysfirma AS", created_by_id=ola.id, created_at=clock(),
        ends_at=clock() + timedelta(days=2),
    )  # fmt: skip
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def base(link) -> str:
    return round_path(link, secret=SECRET)


@pytest.fixture
def firm(browser_of, base):
    """The contractor's browser, which knows no cookie of staff."""
    browser = browser_of(None)
    browser.cookies.clear()
    browser.look(f"{base}/drive")
    return browser


def send(browser, base, *entries):
    return browser.post(f"{base}/entries", json={"entries": list(entries)}, headers={"x-csrf-token": browser.token})


def tap(stop: Stop, key: str, at, **given):
    return {
        "key": key,
        "kind": "outcome",
        "stop_id": stop.id,
        "happened_at": at.isoformat(),
        "outcome": "done",
        **given,
    }


def jpeg() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(picture, "JPEG")
    return picture.getvalue()


# Making and ending


def test_a_unit_member_makes_a_link_and_sees_it_once(browser_of, ola, the_round, session, clock):
    browser, path = browser_of(ola), f"/staff/route-lists/{the_round.id}/links"
    assert f'value="{the_round.day + timedelta(days=1)}"' in browser.look(path)
    answer = browser.submit(path, name="Lysfirma AS", last_day=str(the_round.day + timedelta(days=1)))
    link = session.scalars(select(RoundLink)).one()
    address = f"http://testserver{round_path(link, secret=SECRET)}"
    assert address in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "round-qr" in answer.text
    listed = browser.look(path)
    assert "Lysfirma AS" in listed
    assert "Made by Ola" in listed
    assert address not in listed
    # Until midnight after the last day, in Oslo.
    assert link.ends_at.isoformat().startswith("2026-12-01T23:00")
    assert browser_of(None).get(address).status_code == 200


def test_two_taps_on_the_button_make_one_link(browser_of, ola, the_round, session):
    browser, path = browser_of(ola), f"/staff/route-lists/{the_round.id}/links"
    for _ in range(2):
        assert browser.submit(path, name="Lysfirma AS", last_day=str(the_round.day)).status_code == 200
    assert len(session.scalars(select(RoundLink)).all()) == 1


@pytest.mark.parametrize(
    ("name", "last_day"),
    [("", "2026-12-01"), ("x" * 81, "2026-12-01"), ("A", ""), ("A", "2026-11-29"), ("A", "2027-01-30"), ("A", "soon")],
)
def test_a_link_needs_a_name_and_a_last_day_within_sixty_days(browser_of, ola, the_round, session, name, last_day):
    answer = browser_of(ola).submit(f"/staff/route-lists/{the_round.id}/links", name=name, last_day=last_day)
    assert answer.status_code == 422
    assert f'value="{last_day or name}"' in answer.text
    assert session.scalars(select(RoundLink)).all() == []


@pytest.mark.parametrize(("who", "status"), [("eva", 404), ("per", 403), (None, 403)])
def test_other_units_crews_and_strangers_make_and_end_none(browser_of, request, the_round, link, session, who, status):
    browser = browser_of(request.getfixturevalue(who) if who else None)
    path = f"/staff/route-lists/{the_round.id}/links"
    for answer in (
        browser.submit(path, name="A", last_day=str(the_round.day)),
        browser.submit(f"{path}/{link.id}/end"),
    ):
        assert answer.status_code == status or answer.headers["location"].startswith("/staff/sign-in")
    session.refresh(link)
    assert link.revoked_at is None
    assert len(session.scalars(select(RoundLink)).all()) == 1


def test_a_link_of_one_round_is_not_ended_under_another(browser_of, ola, link, session, waiting, clock):
    other = a_round(session, waiting(1), at=clock())
    assert browser_of(ola).submit(f"/staff/route-lists/{other.id}/links/{link.id}/end").status_code == 404


# What opens and what does not


@pytest.mark.parametrize("path", ["", "/drive", "/print", "/round.pdf", "/round-data.json"])
def test_an_ended_link_says_whom_to_ask(firm, base, browser_of, ola, link, the_round, path):
    assert firm.get(f"{base}{path}").status_code == 200
    browser_of(ola).submit(f"/staff/route-lists/{the_round.id}/links/{link.id}/end")
    answer = firm.get(f"{base}{path}")
    assert answer.status_code == 410
    assert "City operations (Bydrift)" in answer.text


def test_after_its_last_day_nothing_can_be_sent_either(firm, base, the_round, clock, session):
    clock.pass_(days=2)
    assert firm.get(base).status_code == 410
    assert send(firm, base, tap(the_round.stops[0], "k", clock())).status_code == 410
    session.expire_all()
    assert session.scalars(select(FieldEntry)).all() == []


def test_a_wrong_a_cut_and_an_altered_link_open_nothing(firm, base, link):
    number, _, mac = base.removeprefix("/round/").partition("-")
    for token in (f"{number}-{mac[:-1]}", f"{number}-{'A' * 22}", f"{link.id + 1}-{mac}", f"9{number}-{mac}", number,
                  f"{'9' * 30}-{mac}", f"{number}-{mac}x", "-", f"٣-{mac}"):  # fmt: skip
        assert firm.get(f"/round/{token}").status_code == 404, token
        assert firm.get(f"/round/{token}/round-data.json").status_code == 404


def test_a_draft_is_not_shown_until_it_is_released(firm, base, the_round, session):
    the_round.released_at = None
    session.commit()
    assert firm.get(base).status_code == 404
    assert "not ready yet" in firm.get(f"{base}/drive").text


def test_the_round_that_was_thrown_away_is_not_found(firm, base, the_round, session):
    session.delete(session.get_one(RouteList, the_round.id))
    session.commit()
    assert firm.get(base).status_code == 404


@pytest.mark.parametrize("path", ["", "/drive", "/print", "/round.gpx"])
def test_the_address_stays_a_secret(firm, base, path):
    headers = firm.get(f"{base}{path}").headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"
    assert headers["cache-control"] == "no-store"
    assert base.rpartition("-")[2] not in mask(f"{base}{path}")
    assert mask(f"{base}/drive") == "/round/***/drive"


def test_the_unit_sees_when_the_link_was_used_last(firm, browser_of, ola, the_round, link):
    page = browser_of(ola).look(f"/staff/route-lists/{the_round.id}/links")
    assert "Last used" in page


# What a contractor reads


@pytest.mark.parametrize("path", ["", "/drive", "/print", "/round.pdf", "/round.gpx", "/round.geojson", "/round.csv",
                                  "/round.ics", "/round-data.json"])  # fmt: skip
def test_nothing_says_who_reported_and_words_are_masked(firm, base, path):
    answer = firm.get(f"{base}{path}")
    assert answer.status_code == 200
    text = answer.text
    if path.endswith(".pdf"):
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert not any(secret in text for secret in SECRETS)
    if path in {"/drive", "/print", "/round.pdf", "/round-data.json"}:
        assert "Dark at 1" in text


def test_withheld_words_and_hidden_reports_are_not_shown(firm, base, the_round, session, clock):
    first, second = (stop.entries[0].report for stop in the_round.stops)
    first.words_withheld_at = second.hidden_at = clock()
    session.commit()
    for path in ("/drive", "/print", "/round-data.json"):
        assert "Dark at" not in firm.get(f"{base}{path}").text, path


def test_photos_open_by_the_link_only_and_only_those_of_this_round(
    firm, base, the_round, session, waiting, client, clock
):
    def photo_of(report: Report, *, public: bool) -> str:
        made = client.post("/api/photos", content=jpeg(), headers={"content-type": "image/jpeg"}).json()["id"]
        photo = session.get_one(Photo, made)
        photo.report_id, photo.public = report.id, public
        session.commit()
        return made

    here, there = the_round.stops[0].entries[0].report, waiting(1)[0]
    here.private = there.private = True
    seen, held, elsewhere = photo_of(here, public=True), photo_of(here, public=False), photo_of(there, public=True)
    assert firm.get(f"{base}/photos/{seen}.jpg").headers["content-type"] == "image/jpeg"
    assert firm.get(f"{base}/photos/{seen}-thumbnail.jpg").status_code == 200
    for photo in (held, elsewhere, "x"):
        assert firm.get(f"{base}/photos/{photo}.jpg").status_code == 404
    assert firm.get(f"/photos/{seen}.jpg").status_code == 404
    page = firm.get(f"{base}/drive").text
    assert f"{base}/photos/{seen}-thumbnail.jpg" in page
    assert held not in page


# What a contractor does


def test_a_stop_is_ticked_off_with_photo_time_and_material_and_history_says_by_whom(
    firm, base, the_round, session, clock, browser_of, kari, link
):
    stop = the_round.stops[0]
    report = stop.entries[0].report
    photo = firm.post(
        f"{base}/photos", data={"key": "p1", "csrf_token": firm.token}, files={"file": ("a.jpg", jpeg(), "image/jpeg")}
    )
    assert photo.status_code == 200, photo.text
    entry = tap(stop, "k1", clock(), words="New bulb", show=True, minutes=12, photo_keys=["p1"])
    answer = send(firm, base, entry)
    assert answer.json()["entries"][0]["result"] == "applied", answer.text
    session.expire_all()
    stop = session.get_one(Stop, stop.id)
    assert (stop.outcome, stop.completed_link_id, stop.completed_by_id, stop.minutes) == ("done", link.id, None, 12)
    report = session.get_one(Report, report.id)
    assert report.status == "fixed"
    line = session.scalars(select(Update).where(Update.report_id == report.id, Update.kind == "fixed")).one()
    assert (line.actor_kind, line.staff_id) == ("contractor", None)
    page = browser_of(kari).look(f"/staff/reports/{report.reference}")
    assert "Contractor Lysfirma AS" in page
    assert "Lysfirma" not in firm.get(f"/reports/{report.shown_reference}").text


def test_the_plain_form_does_the_same_without_script(firm, base, the_round, session):
    stop = the_round.stops[0]
    answer = firm.post(
        f"{base}/stops/{stop.id}/completion",
        data={"csrf_token": firm.token, "outcome": "done", "key": "k1"},
        files={"photo": ("a.jpg", jpeg(), "image/jpeg")},
    )
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"{base}/drive")
    session.expire_all()
    assert session.get_one(Stop, stop.id).outcome == "done"


def test_another_fault_that_the_firm_saw_becomes_a_report_once(firm, base, session, clock):
    seen = {"key": "k1", "kind": "other_fault", "happened_at": clock().isoformat(), "category": "lamp_dark",
            "words": "Dark here too", "lat": STORGATA[0], "lon": STORGATA[1]}  # fmt: skip
    told = [send(firm, base, seen).json()["entries"][0] for _ in range(2)]
    assert told[0]["reference"] == told[1]["reference"]
    made = session.scalars(select(Report).where(Report.channel == "crew")).one()
    assert (made.shown_reference, made.status, made.entered_by_id) == (told[0]["reference"], "new", None)


def test_what_our_own_crew_wrote_to_the_unit_is_not_shown_to_the_firm(firm, base, the_round, browser_of, per, clock):
    stop, crew = the_round.stops[0], browser_of(per)
    assert send(firm, base, tap(stop, "k1", clock())).json()["entries"][0]["result"] == "applied"
    path = f"/staff/route-lists/{the_round.id}"
    told = send(crew, path, tap(stop, "k2", clock(), words="Firm was sloppy", outcome="not_found")).json()["entries"]
    assert told[0]["result"] == "conflict"
    assert "sloppy" in crew.get(f"{path}/round-data.json").text
    assert "sloppy" not in firm.get(f"{base}/round-data.json").text


def test_two_firms_on_one_round_do_not_read_what_the_other_wrote(firm, base, browser_of, session, the_round, clock):
    second = RoundLink(
        route_list_id=the_round.id, name="Kabelfirma AS", created_at=clock(), ends_at=clock() + timedelta(days=2)
    )
    session.add(second)
    session.commit()
    bases = [base, round_path(second, secret=SECRET)]
    other = browser_of(None)
    other.cookies.clear()
    other.look(f"{bases[1]}/drive")
    for number, (browser, path) in enumerate(zip((firm, other), bases, strict=True)):
        gone = {"kind": "outcome", "stop_id": 999_999, "outcome": "done", "happened_at": clock().isoformat()}
        send(browser, path, {"key": f"gone-{number}", "words": f"Words {number}", **gone})
        found = browser.get(f"{path}/round-data.json").json()["conflicts"]
        assert [(one["key"], one["words"]) for one in found] == [(f"gone-{number}", f"Words {number}")]
    assert len(session.scalars(select(FieldEntry)).all()) == 2
    assert [one["key"] for one in firm.get(f"{base}/round-data.json").json()["conflicts"]] == ["gone-0"]


def test_from_the_cab_there_is_a_way_back_to_the_rounds_own_page(firm, base):
    for page in (firm.look(f"{base}/drive"), firm.look(f"{base}/drive?kept=1")):
        assert f'href="{base}"' in page.split("</header>")[0]
        assert "/staff/" not in page.split("</header>")[0].split("<header")[1]


def test_without_the_pages_own_token_nothing_is_taken(firm, base, the_round, session, clock):
    stop = the_round.stops[0]
    assert firm.post(f"{base}/entries", json={"entries": [tap(stop, "k", clock())]}).status_code == 403
    assert firm.post(f"{base}/stops/{stop.id}/completion", data={"outcome": "done"}).status_code == 403
    assert firm.post(f"{base}/end").status_code == 403
    session.expire_all()
    assert session.get_one(Stop, stop.id).outcome is None


def test_another_lists_stop_is_not_touched_through_the_link(firm, base, session, waiting, clock):
    other = a_round(session, waiting(1), at=clock(), name="Not the firm's")
    stop, report = other.stops[0], other.stops[0].entries[0].report
    told = send(
        firm, base,
        tap(stop, "k1", clock(), words="Mine now"),
        tap(stop, "k2", clock(), references=[report.shown_reference], outcome="not_found"),
        {"key": "k3", "kind": "note", "stop_id": stop.id, "happened_at": clock().isoformat(), "words": "A note"},
        {"key": "k4", "kind": "undo", "stop_id": stop.id, "happened_at": clock().isoformat()},
    ).json()["entries"]  # fmt: skip
    assert {one["result"] for one in told} <= {"conflict", "refused"}
    firm.submit(f"{base}/stops/{stop.id}/completion", outcome="done", key="k5")
    firm.submit(f"{base}/stops/{stop.id}/reopening", key="k6")
    session.expire_all()
    assert session.get_one(Stop, stop.id).outcome is None
    assert session.get_one(Report, report.id).status == "scheduled"
    notes = select(Update.kind).where(Update.report_id == report.id, Update.actor_kind == "contractor")
    assert session.scalars(notes).all() == []
    assert report.shown_reference not in firm.get(f"{base}/round-data.json").text


@pytest.mark.parametrize("path", ["", "/links", "/print", "/round.gpx", "/round-data.json", "/drive"])
def test_the_staffs_pages_of_the_same_round_stay_closed(firm, the_round, path):
    answer = firm.get(f"/staff/route-lists/{the_round.id}{path}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/staff/sign-in")


def test_every_form_of_the_planners_is_closed(firm, base, the_round, session):
    stop = the_round.stops[0]
    ids = {"route_list_id": the_round.id, "stop_id": stop.id, "link_id": 1}
    tried = set()
    for router in pages.routers():
        for route in router.routes:
            address = getattr(route, "path", "")
            if "POST" in route.methods and address.startswith("/staff/route-lists/{route_list_id:int}/"):
                path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str(ids.get(found[1], 1)), address)
                answer = firm.submit(path, version=1)
                assert answer.status_code in {303, 403, 415}, (path, answer.status_code)
                assert answer.status_code != 303 or answer.headers["location"].startswith("/staff/sign-in"), path
                tried.add(path)
                # Neither is there such a form behind the link, but for what a driver does.
                noun = address.removeprefix("/staff/route-lists/{route_list_id:int}")
                if not re.search(r"/(completion|reopening|end|entries|photos)$", noun) or "link" in noun:
                    behind = path.replace(f"/staff/route-lists/{the_round.id}", base)
                    assert firm.submit(behind, version=1).status_code in {404, 405}, behind
    assert len(tried) > 5
    session.expire_all()
    assert session.get_one(Stop, stop.id).outcome is None
    assert session.get_one(RouteList, the_round.id).closed_at is None


def test_the_pages_cost_few_questions_to_the_database(firm, base, count_queries):
    for path in ("", "/drive", "/print", "/round-data.json"):
        firm.get(f"{base}{path}")
        with count_queries() as counted:
            assert firm.get(f"{base}{path}").status_code == 200
        assert counted.number <= 12, path
