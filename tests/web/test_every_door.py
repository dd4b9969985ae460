"""Every address of the staff and of the API, tried as every role, as a colleague from another unit and as a stranger.

The table says for each address who gets in. A new address fails here until it has its line: whoever adds one says who
may. What is asked for exists: a report at Bydrift with a reporter, a photo, a forwarding, a route list, an invitation.
Each request is taken back, so that the next one finds everything as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any

import pytest

from app.models import (
    Crew,
    Delivery,
    Deputyship,
    IncomingMail,
    Notification,
    Report,
    RoadClosure,
    Role,
    RoundLink,
    RouteList,
    RoutePlan,
    RoutineRound,
    SavedFilter,
    Staff,
    StaffSession,
    Stop,
    StopReport,
    Vehicle,
)
from app.models.links import public_path
from app.services import staff as staff_service
from app.services import triage
from app.services.standard_words import SHIPPED
from app.web import api, pages
from tests.storage.pictures import encoded
from tests.web.doors import MAY, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI
    from sqlalchemy.orm import Session

    from tests.people import Browser

# What belongs to Bydrift: 404 for somebody of another unit, as if it were not there.
OF_A_UNIT = re.compile(r"/staff/(inbox/\{reference\}|route-lists/\{|plans/\{|crews/\{|vehicles/\{)")
# Endless answers: only their beginning is asked for.
STREAMS = {"/staff/live"}
# Without a rule's name there is nothing to propose, and nobody gets a slip but who came to the desk.
ASKS_MORE = {
    "GET /staff/rules/change": 422,
    "GET /staff/rules/change.diff": 422,
    "GET /staff/reports/{reference}/receipt": 404,
    "GET /staff/reports/{reference}/slip": 404,
}
CONTACT = ("Nina Merkenavn", "merke@example.org", "99887766")
WORDS = "hemmelige ord fra melderen"


@dataclass(frozen=True)
class World:
    """What there is to ask for, and who asks."""

    app: FastAPI
    session: Session
    report: Report
    people: dict[str, Staff | None]
    ids: dict[str, Any]

    def path(self, address: str) -> str:
        """The address with what it names."""
        special = {"/staff/filters/{number}": "filter", "/staff/account/sessions/{number": "their_session"}
        number = next((self.ids[name] for start, name in special.items() if address.startswith(start)), None)
        names = {**self.ids, "number": number or self.ids["session"]}
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str(names[found[1]]), address)


def routes() -> Iterator[tuple[str, str]]:
    """(method, address) of everything below /staff and /api that the application answers."""
    for router in (*pages.routers(), *api.routers()):
        for route in router.routes:
            address = getattr(route, "path", "")
            if re.match(r"/(staff|api)(/|$)", address):
                yield from ((method, address) for method in sorted(route.methods - {"HEAD"}))


@pytest.fixture
def world(app, session, client, rules, clock, make_staff, kari, ada, ola, eva, per) -> World:
    photo = client.post("/api/photos", content=encoded("JPEG"), headers={"content-type": "image/jpeg"}).json()["id"]
    answer = client.post(
        "/api/reports",
        json={
            "category": "lamp_dark", "lat": 69.6492, "lon": 18.9553, "description": WORDS, "photos": [photo],
            "reporter": {"name": CONTACT[0], "email": CONTACT[1], "phone": CONTACT[2], "language": "en"},
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    report = session.query(Report).one()
    triage.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    nils = make_staff("Nils", Role.UNIT, "bydrift")
    token = staff_service.invite(nils, at=clock())
    session.flush()
    ids = {
        "reference": report.reference,
        "staff_id": nils.id,
        "token": token,
        "photo_id": photo,
        **_rows(session, report, nils, ola, kari, clock()),
    }
    session.commit()
    people = {"desk": kari, "admin": ada, "unit": ola, "other unit": eva, "crew": per, "stranger": None}
    return World(app, session, report, people, ids)


def _rows(session: Session, report: Report, nils: Staff, ola: Staff, kari: Staff, at: Any) -> dict[str, Any]:
    """A route list with the report on it, an open session, a deputy, a filter; and the mails there are."""
    stop = Stop(sort_order=1, lat=69.6, lon=18.9, leg_metres=1.0, entries=[StopReport(report_id=report.id)])
    made = RouteList(
        name="Monday",
        unit_code="bydrift",
        created_at=at,
        start_lat=69.6,
        start_lon=18.9,
        stops=[stop],
        day=at.date(),
        starts_at=at,
        released_at=at,
    )
    times = {"created_at": at, "seen_at": at, "expires_at": at.replace(year=2027)}
    signed_in = StaffSession(token_hash="0" * 64, staff_id=nils.id, **times)
    away = Deputyship(absent_id=nils.id, deputy_id=ola.id, first_day=at.date(), last_day=at.date())
    mail = IncomingMail(key="m" * 64, received_at=at, state="waiting", sender=CONTACT[1], subject="A lamp", body=WORDS)
    saved = SavedFilter(owner_id=kari.id, name="Mine", query={}, created_at=at)
    session.add_all([made, signed_in, away, saved, mail])
    session.flush()
    link = RoundLink(route_list_id=made.id, name="Firm", created_at=at, ends_at=at.replace(year=2027))
    session.add(link)
    session.flush()
    vehicle = Vehicle(unit_code="bydrift", name="Lift 1")
    crew = Crew(
        unit_code="bydrift", name="Crew 1", start_lat=69.6, start_lon=18.9, shift_from=time(7), shift_until=time(15)
    )
    plan = RoutePlan(unit_code="bydrift", asked_at=at, day=at.date(), asked={"turn": 0})
    line = "SRID=4326;MULTILINESTRING((18.9 69.6, 18.9 69.61))"
    fixed = RoutineRound(
        unit_code="bydrift", name="Sweeping", kind="sweeping", line=line, category_codes=["snow"], since=at.date(),
        begins=time(7), ends=time(15),
    )  # fmt: skip
    closed = RoadClosure(name="Pass", unit_code="bydrift", way_ids=[1], from_day=at.date(), created_at=at)
    session.add_all([vehicle, crew, plan, fixed, closed])
    session.flush()
    return {
        "route_list_id": made.id,
        "vehicle_id": vehicle.id,
        "crew_id": crew.id,
        "plan_id": plan.id,
        "round_id": fixed.id,
        "closure_id": closed.id,
        "stop_id": stop.id,
        "session": signed_in.number,
        "their_session": signed_in.number,
        "deputyship_id": away.id,
        "filter": saved.id,
        "mail_id": mail.id,
        "code": next(iter(SHIPPED)),
        "kind": "gpx",
        "link_id": link.id,
        "delivery_id": session.query(Delivery.id).limit(1).scalar(),
        "notification_id": session.query(Notification.id).limit(1).scalar(),
    }


@pytest.fixture
def asking(world, browser_of) -> Callable[..., Any]:
    """`asking(role)(method, address)`: the answer; what the request changed is taken back."""

    def as_role(role: str) -> Callable[..., Any]:
        browser: Browser = browser_of(world.people[role])
        world.session.commit()

        def ask(method: str, address: str, *, token: bool = True) -> Any:
            method = "HEAD" if address in STREAMS else method
            path, cookies = world.path(address), dict(browser.cookies)
            before = world.session.connection().begin_nested()
            try:
                if method == "POST":
                    data = {"csrf_token": browser.token} if token else {}
                    # Where the body is JSON, the token stands in a header.
                    headers = {"x-csrf-token": browser.token} if token else {}
                    return browser.post(path, data=data, headers=headers)
                return browser.request(method, path)
            finally:
                before.rollback()
                world.session.expire_all()
                browser.cookies.clear()
                for name, value in cookies.items():
                    browser.cookies.set(name, value)

        return ask

    return as_role


def got_in(answer: Any) -> bool:
    """Past the door; what lies behind it may still say no to an empty form."""
    sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/staff/sign-in?")
    return answer.status_code not in {401, 403} and not sent_away


def test_every_address_has_its_line_and_every_line_its_address():
    assert sorted(f"{method} {address}" for method, address in routes()) == sorted(MAY)


@pytest.mark.parametrize("role", ROLES)
def test_exactly_those_get_in_who_may(world, asking, role):
    """Whoever does not get in reads nothing of the report either; nothing breaks for anybody."""
    ask, wrong = asking(role), []
    for line, who in MAY.items():
        answer = ask(*line.split(" "))
        may = role in who
        nothing_there = answer.status_code == 404 and role == "other unit" and OF_A_UNIT.search(line)
        if got_in(answer) != may and not nothing_there:
            wrong.append(f"{line}: {answer.status_code}, but may is {may}")
        if answer.status_code >= 500:
            wrong.append(f"{line}: {answer.status_code}")
        told = [one for one in (*CONTACT, WORDS) if one in answer.text]
        if (
            told
            and not (may and role not in {"stranger", "other unit", "crew"})
            and not (role == "crew" and told == [WORDS])
        ):
            wrong.append(f"{line} tells {told}")
    assert wrong == []


def test_a_colleague_from_another_unit_finds_nothing_there(world, asking):
    ask = asking("other unit")
    wrong = {line: ask(*line.split(" ")).status_code for line in MAY if OF_A_UNIT.search(line)}
    assert {line: status for line, status in wrong.items() if status != 404} == {}


@pytest.mark.parametrize("role", ["desk", "unit", "crew", "admin"])
def test_those_who_may_find_what_they_ask_for(world, asking, role):
    """So that nothing above is about a wrong address."""
    ask, wrong = asking(role), {}
    for line, who in MAY.items():
        method, address = line.split(" ")
        if method == "GET" and role in who and not address.startswith("/api"):
            status = ask(method, address).status_code
            if status not in {200, 303, ASKS_MORE.get(line)}:
                wrong[line] = status
    assert wrong == {}


@pytest.mark.parametrize("role", ["admin", "stranger"])
def test_no_form_is_taken_without_its_token(world, asking, role):
    ask = asking(role)
    posts = [line for line in MAY if line.startswith("POST /staff")]
    assert len(posts) > 50
    found = {line: ask(*line.split(" "), token=False).status_code for line in posts}
    refused = {403} if role == "admin" else {403, 303}
    assert {line: status for line, status in found.items() if status not in refused} == {}


def test_the_staffs_cookie_opens_nothing_more_in_the_api(world, asking, session):
    world.report.private = True
    session.commit()
    reading = [line.split(" ") for line in MAY if line.startswith("GET /api")]
    strangers = {address: asking("stranger")(method, address) for method, address in reading}
    for role in ("admin", "unit", "crew"):
        ask = asking(role)
        for method, address in reading:
            answer = ask(method, address)
            assert answer.status_code == strangers[address].status_code, (role, address)
            assert not any(one in answer.text for one in (*CONTACT, WORDS)), (role, address)
    assert strangers["/api/reports/{reference}"].status_code == 404


def test_a_photo_that_is_not_public_is_seen_by_those_who_have_the_report(world, browser_of):
    path = f"/photos/{world.ids['photo_id']}.jpg"
    found = {role: browser_of(who).get(path).status_code for role, who in world.people.items()}
    assert found == {"desk": 200, "admin": 200, "unit": 200, "crew": 200, "other unit": 404, "stranger": 404}


def test_the_public_page_tells_a_signed_in_colleague_no_more_than_a_stranger(world, browser_of):
    for role in ("stranger", "other unit", "unit", "crew"):
        page = browser_of(world.people[role]).get(public_path(world.report)).text
        assert not any(one in page for one in (*CONTACT, WORDS)), role
