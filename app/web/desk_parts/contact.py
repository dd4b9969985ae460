"""Who reported it, and what else the same person has reported (desk/_contact.html)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.models import IncomingMail
from app.queries.callers import Caller, caller
from app.web.desk_parts.seen import Seen


def context(seen: Seen) -> dict[str, Any]:
    """What the fragment shows: nothing asked in the queue, and on the report's own page at most two questions."""
    report, reporter = seen.report, seen.report.reporter if seen.staff.sees_contacts else None
    return {
        "contact": reporter,
        "earlier": _earlier(seen),
        "place_proposed": _place(seen),
        "taken_by": _taken_by(seen) if seen.alone and report.entered_by_id else "",
    }


def _earlier(seen: Seen) -> Caller | None:
    """Other reports with the same phone number or address."""
    reporter = seen.report.reporter
    if not seen.alone or reporter is None or not (reporter.phone or reporter.email):
        return None
    return caller(seen.session, seen.staff, phone=reporter.phone or "", email=reporter.email or "", but=seen.report.id)


def _place(seen: Seen) -> IncomingMail | None:
    """What the mail that it was made of says about its place."""
    report = seen.report
    if report.channel != "email" or report.is_placed or not report.is_open:
        return None
    query = select(IncomingMail).where(IncomingMail.report_id == report.id, IncomingMail.lat.is_not(None))
    return seen.session.scalar(query.order_by(IncomingMail.id).limit(1))


def _taken_by(seen: Seen) -> str:
    """Who took it in: the first line of its history has the name."""
    first = seen.view.lines[0] if seen.view.lines else None
    return first.name or "" if first is not None and first.update.staff_id == seen.report.entered_by_id else ""
