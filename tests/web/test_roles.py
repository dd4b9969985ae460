"""Every staff address, tried as every role and as a stranger, against an explicit table of who may.

A new staff address fails here until it has its line. The first line that fits decides.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from app.services import triage
from app.web import api, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

DESK = frozenset({"desk", "admin"})
UNITS = DESK | {"unit"}
STAFF = UNITS | {"crew"}
ADMIN = frozenset({"admin"})
EVERYBODY = STAFF | {"stranger"}

# "METHOD address" with * for anything -> who gets in.
MAY: dict[str, frozenset[str]] = {
    "* /staff/sign-in": EVERYBODY,
    "POST /staff/sign-out": EVERYBODY,
    "* /staff/invitations/*": EVERYBODY,
    "GET /staff": STAFF,
    "* /staff/account*": STAFF,
    "GET /staff/queue": DESK,
    "* /staff/reports*": DESK,
    "* /staff/deliveries*": DESK,
    "* /staff/inbox*": UNITS,
    "* /staff/route-lists*": STAFF,
    "GET /staff/units": DESK,
    "* /staff/people*": ADMIN,
}
ROLES = ("desk", "unit", "crew", "admin", "stranger")


def staff_routes() -> Iterator[str]:
    """Every "METHOD address" below /staff that the application answers."""
    for router in (*pages.routers(), *api.routers()):
        for route in router.routes:
            path = getattr(route, "path", "")
            if path == "/staff" or path.startswith("/staff/"):
                yield from (f"{method} {path}" for method in sorted(route.methods) if method != "HEAD")


ROUTES = sorted(staff_routes())


def who_may(route: str) -> frozenset[str]:
    found = next((who for glob, who in MAY.items() if fnmatchcase(route, glob)), None)
    assert found is not None, f"{route} has no line in the table MAY: say who gets in."
    return found


@pytest.fixture
def people(kari, ola, per, ada):
    """One person for each role; Ola and Per belong to Bydrift."""
    return {"desk": kari, "unit": ola, "crew": per, "admin": ada, "stranger": None}


@pytest.fixture
def at_bydrift(session, make_report, rules, kari, clock):
    """A report that the desk sent to Bydrift."""
    report = make_report()
    triage.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    return report


def ask(browser, route, report):
    """Send the request with a valid token and an otherwise empty form."""
    method, path = route.split(" ")
    path = re.sub(r"\{[^}]+\}", "1", path.replace("{reference}", report.reference))
    return browser.submit(path) if method == "POST" else browser.request(method, path)


def got_in(answer) -> bool:
    """Past the door; what lies behind it may still say no to an empty form or an unknown number."""
    sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/staff/sign-in?")
    return answer.status_code not in {401, 403} and not sent_away


def test_there_are_staff_addresses_to_try():
    assert len(ROUTES) > 30
    assert "GET /staff/queue" in ROUTES


def test_no_line_of_the_table_is_left_over():
    unused = [glob for glob in MAY if not any(fnmatchcase(route, glob) for route in ROUTES)]
    assert unused == []


@pytest.mark.parametrize("route", ROUTES)
def test_exactly_those_get_in_who_may(route, people, browser_of, at_bydrift):
    found = {role: got_in(ask(browser_of(people[role]), route, at_bydrift)) for role in ROLES}
    assert {role for role, inside in found.items() if inside} == who_may(route)


@pytest.mark.parametrize("route", [route for route in ROUTES if "unit" in who_may(route) and "{reference}" in route])
def test_a_colleague_from_another_unit_finds_nothing_there(route, browser_of, eva, at_bydrift):
    assert ask(browser_of(eva), route, at_bydrift).status_code == 404


@pytest.mark.parametrize("route", [route for route in ROUTES if "{reference}" in route and "desk" in who_may(route)])
def test_those_who_may_find_what_they_ask_for(route, browser_of, kari, at_bydrift):
    """So that the test above is not about a wrong address."""
    assert ask(browser_of(kari), route, at_bydrift).status_code in {200, 303, 404, 409, 422}
    if route.startswith("GET"):
        assert ask(browser_of(kari), route, at_bydrift).status_code == 200


@pytest.mark.parametrize("route", [route for route in ROUTES if route.startswith("POST")])
def test_no_form_is_taken_without_its_token(route, browser_of, ada, at_bydrift):
    path = re.sub(r"\{[^}]+\}", "1", route.split(" ")[1].replace("{reference}", at_bydrift.reference))
    answer = browser_of(ada).post(path, data={})
    assert answer.status_code == 403, answer.status_code
