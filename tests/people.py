"""The people of the tests. In every test of a write: the one who may, a colleague from another unit, a stranger."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session, joinedload
from starlette.testclient import TestClient

from app.models import Report, Role, Staff, StaffSession, StaffUnit
from app.queries.visible import report_for
from app.web.security import csrf_token
from tests.application import SECRET, Clock


@pytest.fixture
def make_staff(session: Session, clock: Clock) -> Callable[..., Staff]:
    """A member of staff without a password: `make_staff("Ola", Role.UNIT, "bydrift")`."""

    def make(name: str, role: Role, *unit_codes: str) -> Staff:
        staff = Staff(
            email=f"{name.lower()}@tromso.example",
            name=name,
            role=role.value,
            created_at=clock(),
            language="en",
            active=True,
        )
        staff.memberships = [StaffUnit(unit_code=code) for code in unit_codes]
        session.add(staff)
        session.commit()
        return staff

    return make


@pytest.fixture
def kari(make_staff: Callable[..., Staff]) -> Staff:
    """Kari sits at the service desk."""
    return make_staff("Kari", Role.DESK)


@pytest.fixture
def ola(make_staff: Callable[..., Staff]) -> Staff:
    """Ola works at Bydrift."""
    return make_staff("Ola", Role.UNIT, "bydrift")


@pytest.fixture
def eva(make_staff: Callable[..., Staff]) -> Staff:
    """Eva works at Eiendom, the other unit."""
    return make_staff("Eva", Role.UNIT, "eiendom")


@pytest.fixture
def per(make_staff: Callable[..., Staff]) -> Staff:
    """Per drives for Bydrift."""
    return make_staff("Per", Role.CREW, "bydrift")


@pytest.fixture
def ada(make_staff: Callable[..., Staff]) -> Staff:
    """Ada administers."""
    return make_staff("Ada", Role.ADMIN)


class Browser(TestClient):
    """A browser that fills in the CSRF token of the page it last looked at, as a form does."""

    token = ""

    def look(self, path: str) -> str:
        """Open a page that must be there, and return its HTML."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', answer.text)
        self.token = found.group(1) if found else self.token
        return str(answer.text)

    def submit(self, path: str, **fields: object):
        """Post a form with the token of the page last looked at."""
        return self.post(path, data={"csrf_token": self.token, **fields})


@pytest.fixture
def browser_of(app: FastAPI, session: Session, clock: Clock) -> Callable[[Staff | None], Browser]:
    """A browser in which this person is signed in; None is a stranger."""

    def open_browser(staff: Staff | None) -> Browser:
        browser = Browser(app, follow_redirects=False, headers={"accept-language": "en"})
        if staff is not None:
            token = f"session-of-{staff.id}"
            session.merge(
                StaffSession(
                    token_hash=hashlib.sha256(token.encode()).hexdigest(),
                    staff_id=staff.id,
                    created_at=clock(),
                    seen_at=clock(),
                    expires_at=clock() + timedelta(days=365),
                )
            )
            session.commit()
            browser.cookies.set("gatami_session", token)
            browser.token = csrf_token(token, secret=SECRET)
        else:
            browser.look("/staff/sign-in")
        return browser

    return open_browser


@pytest.fixture
def decide(session: Session, kari: Staff, clock: Clock) -> Callable[..., Any]:
    """`decide(triage.reject, report, words="...")` as Kari at the desk, with ten seconds for undo; committed."""

    def do(verb: Callable[..., Any], report: Report, **given: object) -> Any:
        loaded = report_for(session, kari, report.reference, joinedload(Report.reporter))
        made = verb(session, loaded, by=kari, at=clock(), undo_seconds=10, **given)
        session.commit()
        return made

    return do
