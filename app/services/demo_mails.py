"""The demo's mails: one that became a report and waits for its place, and one that a person must look at."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models import IncomingMail, MailState, Report, ReportStatus
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report

if TYPE_CHECKING:
    from datetime import datetime

    from app.services.demo_history import World

WORDS = (
    "Hull i vegen ved Charlottenlund\n\nHei! Det er et dypt hull i vegen rett ved innkjørselen til parken. "
    "Jeg syklet nesten i det i går kveld. Kartet sier 69.6426, 18.9283. Hilsen Synnøve"
)
ANSWER = "Hei, det er fortsatt mørkt her. Jeg skriver fra jobbadressen min. Mvh Torbjørn"


def arrive(world: World) -> None:
    """This morning's post."""
    session, now = world.session, world.now
    draft = ReportDraft(
        category="pothole",
        description=WORDS,
        reporter=ReporterDraft(name="Synnøve Elde", email="synnove.elde@example.org"),
        channel="email",
    )
    at = now - timedelta(hours=2)
    report = submit_report(session, draft, rules=world.rules, at=at, unfinished=True)
    placed = {"lat": 69.6426, "lon": 18.9283, "place_from": "text"}
    session.add(_mail("report", MailState.REPORT, report_id=report.id, at=at, **placed))
    lamps = select(Report.id).where(Report.category_code == "lamp_dark", Report.status == ReportStatus.FORWARDED.value)
    answered = session.scalar(lamps.order_by(Report.id.desc()).limit(1))
    waiting = _mail("answer", MailState.WAITING, report_id=answered, at=now - timedelta(hours=1))
    waiting.reason, waiting.sender, waiting.body = "not_theirs", "torbjorn@example.com", ANSWER
    waiting.subject, waiting.raw, waiting.size = "Sv: En lampe er mørk", ANSWER.encode(), len(ANSWER.encode())
    session.add(waiting)


def _mail(name: str, state: MailState, *, at: datetime, **given: object) -> IncomingMail:
    key = hashlib.sha256(f"demo {name}".encode()).hexdigest()
    return IncomingMail(key=key, received_at=at, state=state.value, attempts=1, **given)
