"""Every address of the staff and of the API, tried as every role, as a colleague from another unit and as a stranger.

The table says for each address who gets in. A new address fails here until it has its line: whoever adds one says who
may. What is asked for exists: a report at Bydrift with a reporter, a photo, a forwarding, a route list, an invitation.
Each request is taken back, so that the next one finds everything as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from app.models import (
    Deputyship,
    IncomingMail,
    Notification,
    Report,
    Role,
    RouteList,
    SavedFilter,
    Staff,
    StaffSession,
    Stop,
    StopReport,
)
from app.models.links import public_path
from app.services import staff as staff_service
from app.services import triage
from app.services.standard_words import SHIPPED
from app.web import api, pages
from tests.storage.pictures import encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI
    from sqlalchemy.orm import Session

    from tests.people import Browser

DESK = frozenset({"desk", "admin"})
UNITS = DESK | {"unit", "other unit"}
STAFF = UNITS | {"crew"}
ADMIN = frozenset({"admin"})
EVERYBODY = STAFF | {"stranger"}
ROLES = ("desk", "admin", "unit", "other unit", "crew", "stranger")

# "METHOD address" -> who gets in. Somebody of another unit is a unit member too: where an address names something of
# Bydrift, that person gets in as the others do and finds nothing (OF_A_UNIT).
MAY: dict[str, frozenset[str]] = {
    "GET /api": EVERYBODY,
    "GET /api/categories": EVERYBODY,
    "GET /api/map": EVERYBODY,
    "POST /api/photos": EVERYBODY,
    "GET /api/reports": EVERYBODY,
    "POST /api/reports": EVERYBODY,
    "GET /api/reports/{reference}": EVERYBODY,
    "POST /api/reports/{reference}/support": EVERYBODY,
    "GET /staff": STAFF,
    "GET /staff/account": STAFF,
    "POST /staff/account": STAFF,
    "POST /staff/account/mails": STAFF,
    "POST /staff/account/password": STAFF,
    "POST /staff/account/sessions": STAFF,
    "POST /staff/account/sessions/{number:int}": STAFF,
    "GET /staff/channels": DESK,
    "GET /staff/channels/export.csv": DESK,
    "GET /staff/day": DESK,
    "GET /staff/deadlines": UNITS,
    "GET /staff/deadlines/figures.csv": UNITS,
    "GET /staff/deliveries": DESK,
    "POST /staff/deliveries/notifications/{notification_id:int}/arrival": DESK,
    "POST /staff/deliveries/notifications/{notification_id:int}/attempt": DESK,
    "POST /staff/deliveries/{delivery_id:int}/arrival": DESK,
    "POST /staff/deliveries/{delivery_id:int}/attempt": DESK,
    "POST /staff/deliveries/{delivery_id:int}/call-back": DESK,
    "GET /staff/filters": DESK,
    "POST /staff/filters": DESK,
    "POST /staff/filters/{number}/deletion": DESK,
    "POST /staff/filters/{number}/name": DESK,
    "GET /staff/inbox": UNITS,
    "GET /staff/inbox/{reference}": UNITS,
    "POST /staff/inbox/{reference}/answer": UNITS,
    "POST /staff/inbox/{reference}/due": UNITS,
    "POST /staff/inbox/{reference}/interim": UNITS,
    "POST /staff/inbox/{reference}/repair": UNITS,
    "POST /staff/inbox/{reference}/return": UNITS,
    "POST /staff/inbox/{reference}/taking": UNITS,
    "POST /staff/inbox/{reference}/undo": UNITS,
    "GET /staff/invitations/{token}": EVERYBODY,
    "POST /staff/invitations/{token}": EVERYBODY,
    "GET /staff/live": DESK,
    "GET /staff/mails": DESK,
    "POST /staff/mails/{mail_id}/addition": DESK,
    "POST /staff/mails/{mail_id}/dismissal": DESK,
    "GET /staff/mails/{mail_id}/message.eml": DESK,
    "POST /staff/mails/{mail_id}/report": DESK,
    "GET /staff/people": ADMIN,
    "POST /staff/people": ADMIN,
    "GET /staff/people/new": ADMIN,
    "GET /staff/people/{staff_id:int}": ADMIN,
    "POST /staff/people/{staff_id:int}": ADMIN,
    "POST /staff/people/{staff_id:int}/departure": ADMIN,
    "POST /staff/people/{staff_id:int}/deputies": ADMIN,
    "POST /staff/people/{staff_id:int}/deputies/{deputyship_id:int}/end": ADMIN,
    "POST /staff/people/{staff_id:int}/invitation": ADMIN,
    "POST /staff/people/{staff_id:int}/invitation/end": ADMIN,
    "POST /staff/people/{staff_id:int}/return": ADMIN,
    "POST /staff/people/{staff_id:int}/sessions": ADMIN,
    "POST /staff/people/{staff_id:int}/sessions/{number:int}": ADMIN,
    "GET /staff/people/{staff_id:int}/sights": ADMIN,
    "POST /staff/plain-language": STAFF,
    "GET /staff/queue": DESK,
    "GET /staff/queue/list": DESK,
    "POST /staff/queue/many": DESK,
    "POST /staff/queue/many/undo": DESK,
    "GET /staff/queue/reports/{reference}": DESK,
    "GET /staff/reports": DESK,
    "GET /staff/reports/export.csv": DESK,
    "GET /staff/reports/new": DESK,
    "POST /staff/reports/new": DESK,
    "POST /staff/reports/new/around": DESK,
    "POST /staff/reports/new/caller": DESK,
    "POST /staff/reports/new/kinds": DESK,
    "GET /staff/reports/{reference}": DESK,
    "POST /staff/reports/{reference}/answer": DESK,
    "POST /staff/reports/{reference}/blurring": DESK,
    "GET /staff/reports/{reference}/category": DESK,
    "POST /staff/reports/{reference}/category": DESK,
    "POST /staff/reports/{reference}/claim": DESK,
    "GET /staff/reports/{reference}/colleagues": DESK,
    "POST /staff/reports/{reference}/due": DESK,
    "POST /staff/reports/{reference}/duplicate": DESK,
    "POST /staff/reports/{reference}/erasure": DESK,
    "GET /staff/reports/{reference}/explanation": DESK,
    "POST /staff/reports/{reference}/file.json": DESK,
    "POST /staff/reports/{reference}/file.pdf": DESK,
    "POST /staff/reports/{reference}/forwarding": DESK,
    "POST /staff/reports/{reference}/hiding": DESK,
    "POST /staff/reports/{reference}/interim": DESK,
    "GET /staff/reports/{reference}/letter": DESK,
    "POST /staff/reports/{reference}/letter": DESK,
    "POST /staff/reports/{reference}/masking": DESK,
    "POST /staff/reports/{reference}/note": DESK,
    "POST /staff/reports/{reference}/original": DESK,
    "GET /staff/reports/{reference}/photos/{photo_id}": DESK,
    "POST /staff/reports/{reference}/placement": DESK,
    "POST /staff/reports/{reference}/preview": DESK,
    "POST /staff/reports/{reference}/publication": DESK,
    "POST /staff/reports/{reference}/question": DESK,
    "POST /staff/reports/{reference}/recall": DESK,
    "GET /staff/reports/{reference}/receipt": 404,
    "POST /staff/reports/{reference}/referral": DESK,
    "POST /staff/reports/{reference}/rejection": DESK,
    "POST /staff/reports/{reference}/reopening": DESK,
    "GET /staff/reports/{reference}/sight": DESK,
    "GET /staff/reports/{reference}/slip": DESK,
    "POST /staff/reports/{reference}/splitting": DESK,
    "POST /staff/reports/{reference}/unblurring": DESK,
    "POST /staff/reports/{reference}/undo": DESK,
    "GET /staff/route-lists": STAFF,
    "POST /staff/route-lists": STAFF,
    "GET /staff/route-lists/new": STAFF,
    "GET /staff/route-lists/{route_list_id}": STAFF,
    "POST /staff/route-lists/{route_list_id}/closing": STAFF,
    "GET /staff/route-lists/{route_list_id}/print": STAFF,
    "GET /staff/route-lists/{route_list_id}/round.gpx": STAFF,
    "GET /staff/route-lists/{route_list_id}/round.json": STAFF,
    "POST /staff/route-lists/{route_list_id}/stops/{stop_id}/completion": STAFF,
    "POST /staff/route-lists/{route_list_id}/stops/{stop_id}/removal": STAFF,
    "GET /staff/rules/change": 422,
    "GET /staff/rules/change.diff": 422,
    "GET /staff/rules/figures": DESK,
    "GET /staff/rules/what-if": DESK,
    "POST /staff/rules/what-if": DESK,
    "GET /staff/sign-in": EVERYBODY,
    "POST /staff/sign-in": EVERYBODY,
    "POST /staff/sign-out": EVERYBODY,
    "GET /staff/templates": DESK,
    "POST /staff/templates": DESK,
    "GET /staff/templates/new": DESK,
    "GET /staff/templates/{code}": DESK,
    "POST /staff/templates/{code}": DESK,
    "POST /staff/templates/{code}/removal": DESK,
    "GET /staff/units": DESK,
}
# What belongs to Bydrift: 404 for somebody of another unit, as if it were not there.
OF_A_UNIT = re.compile(r"/staff/(inbox/\{reference\}|route-lists/\{)")
# Endless answers: only their beginning is asked for.
STREAMS = {"/staff/live"}
# Without a rule's name there is nothing to propose, and nobody gets a slip but who came to the desk.
ASKS_MORE = {
    "GET /staff/rules/change": 422,
    "GET /staff/rules/change.diff": 422,
    "GET /staff/reports/{reference}/receipt": 404,
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
    made = RouteList(name="Monday", unit_code="bydrift", created_at=at, start_lat=69.6, start_lon=18.9, stops=[stop])
    times = {"created_at": at, "seen_at": at, "expires_at": at.replace(year=2027)}
    signed_in = StaffSession(token_hash="0" * 64, staff_id=nils.id, **times)
    away = Deputyship(absent_id=nils.id, deputy_id=ola.id, first_day=at.date(), last_day=at.date())
    mail = IncomingMail(key="m" * 64, received_at=at, state="waiting", sender=CONTACT[1], subject="A lamp", body=WORDS)
    saved = SavedFilter(owner_id=kari.id, name="Mine", query={}, created_at=at)
    session.add_all([made, signed_in, away, saved, mail])
    session.flush()
    session.refresh(report, ["forwardings"])
    return {
        "route_list_id": made.id,
        "stop_id": stop.id,
        "session": signed_in.number,
        "their_session": signed_in.number,
        "deputyship_id": away.id,
        "filter": saved.id,
        "mail_id": mail.id,
        "code": next(iter(SHIPPED)),
        "delivery_id": report.forwardings[0].deliveries[0].id,
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
                    return browser.post(path, data=data)
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
