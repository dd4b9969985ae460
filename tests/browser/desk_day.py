"""A morning at the desk for the browser tests: two people, and reports that want different decisions."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.db import transaction
from app.models import Report, Role, Staff, StaffSession
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.photos import take_photo
from app.services.reporting import submit_report

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from app.web.state import AppState
    from tests.browser.conftest import LiveServer

STORGATA = (69.6492, 18.9553)


def hire(state: AppState, name: str, role: Role = Role.DESK) -> str:
    """A member of staff who is signed in; the session's token."""
    token = f"session-of-{name}"
    with transaction(state.session_factory) as session:
        staff = Staff(
            email=f"{name.lower()}@tromso.example",
            name=name,
            role=role.value,
            created_at=state.clock(),
            language="en",
            active=True,
        )
        session.add(staff)
        session.flush()
        session.add(
            StaffSession(
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
                staff_id=staff.id,
                created_at=state.clock(),
                seen_at=state.clock(),
                expires_at=state.clock() + timedelta(days=365),
            )
        )
    return token


def sign_in(context: BrowserContext, server: LiveServer, token: str) -> None:
    """The cookie that the sign-in page would have set."""
    context.add_cookies([{"name": "gatami_session", "value": token, "url": server.url}])


def report_at(
    state: AppState,
    *,
    metres_north: float = 0.0,
    category: str = "lamp_dark",
    photo: bytes | None = None,
    email: str = "",
    name: str = "",
    **given: object,
) -> str:
    """A report as a resident sends it; its reference."""
    at = state.clock()
    with transaction(state.session_factory) as session:
        ids = [take_photo(session, state.photos, photo, at=at).id] if photo else []
        place = {} if "address" in given else {"lat": STORGATA[0] + metres_north / 111_000, "lon": STORGATA[1]}
        draft = ReportDraft(
            category=category,
            photo_ids=tuple(ids),
            reporter=ReporterDraft(name=name, email=email, language="en"),
            **{**place, **given},
        )  # type: ignore[arg-type]
        report = submit_report(session, draft, rules=state.rules_file.current, at=at)
        return report.reference


def stored(state: AppState, reference: str) -> Report:
    """The report as it is in the database."""
    with state.session_factory() as session:
        return session.scalars(select(Report).where(Report.reference == reference)).one()
