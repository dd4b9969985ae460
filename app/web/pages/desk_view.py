"""What the desk's pages show: the queue with a report beside it, and one report alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import N_, DomainError, Invalid
from app.models import CLOSED, ReportStatus, Staff, UpdateKind
from app.models.reference import show_reference
from app.queries import desk_report as desk
from app.queries.desk_report import Decided, DeskReport
from app.routing import Reason, Rules
from app.services import claims, rules_watch
from app.services.written import WRONG_CLOCK
from app.text import say, translate
from app.web.deps import get_language
from app.web.desk_parts import contact, due, right_unit, similar, trace, undelivered
from app.web.desk_parts import words as ready_words
from app.web.desk_parts.seen import Seen
from app.web.errors import status_of
from app.web.state import AppState
from app.web.templating import render

# Each gives the names that its fragment in templates/desk/ uses.
PARTS = (right_unit, ready_words, similar, due, trace, contact, undelivered)
NOTHING_REFUSED: dict[str, Any] = {"refused": "", "problems": {}, "typed": {}}
CHANNEL_WORDS = {
    "web": N_("by web"),
    "api": N_("from an app"),
    "phone": N_("by phone"),
    "counter": N_("at the counter"),
    "email": N_("by e-mail"),
    "import": N_("from another system"),
}
# What the desk should know of a report, mostly of one that came from another system.
FLAG_WORDS = {
    "default_point": N_("Place not known: a stand-in"),
    "repeated_point": N_("Many reports on this very point"),
    "outside_area": N_("Outside the municipality"),
    "unplaced": N_("No place yet"),
    "duplicate_unlinked": N_("Repeats a report that is not here"),
    "closing_day_unknown": N_("Closing day not known"),
    WRONG_CLOCK: N_("The phone's clock was wrong"),
}


def show_report(
    request: Request,
    session: Session,
    staff: Staff,
    rules: Rules,
    state: AppState,
    reference: str,
    *,
    refused: DomainError | None = None,
    typed: dict[str, str] | None = None,
    done: int = 0,
) -> Response:
    """The report's own page; `refused` says why what was sent was not done, `typed` keeps its words."""
    now, lang = state.clock(), get_language(request)
    view = desk.desk_report(session, staff, reference, at=now, claim_lasts=claims.LASTS, deliveries=True)
    seen = Seen(session, staff, rules, state, view, at=now, lang=lang, alone=True)
    return render(
        request,
        "staff/report.html",
        status_code=status_of(refused) if refused else 200,
        in_queue=False,
        **_refusal(refused, typed, lang=lang),
        undo=undo_bar(session, staff, rules, state, done, lang=lang),
        rules_banner=rules_watch.banner(session),
        **about(seen),
        **words(rules, state, lang=lang),
    )


def show_front(
    request: Request,
    session: Session,
    staff: Staff,
    rules: Rules,
    state: AppState,
    reference: str,
    *,
    refused: DomainError | None = None,
    typed: dict[str, str] | None = None,
    filter_query: str = "",
) -> Response:
    """The report as it stands in the queue, without the page around it: what the workbench puts in front."""
    now, lang = state.clock(), get_language(request)
    view = desk.desk_report(session, staff, reference, at=now, claim_lasts=claims.LASTS)
    seen = Seen(session, staff, rules, state, view, at=now, lang=lang, alone=False)
    return render(
        request,
        "staff/_front.html",
        status_code=status_of(refused) if refused else 200,
        in_queue=True,
        after=None,
        filter_query=(typed or {}).get("in_filter", "") or filter_query,
        me=staff.id,
        **_refusal(refused, typed, lang=lang),
        **about(seen),
        **words(rules, state, lang=lang),
    )


def _refusal(refused: DomainError | None, typed: dict[str, str] | None, *, lang: str) -> dict[str, Any]:
    """What the templates say of a form that was not done; nothing where there was none."""
    if refused is None:
        return NOTHING_REFUSED
    problems = {}
    if isinstance(refused, Invalid):
        problems = {name: translate(sentence, lang) for name, sentence in refused.fields.items()}
    return {"refused": say(refused, lang), "problems": problems, "typed": typed or {}}


def about(seen: Seen) -> dict[str, Any]:
    """What the template of one report needs, in the queue and alone."""
    report, rules, lang = seen.report, seen.rules, seen.lang
    context = {
        "view": seen.view,
        "report": report,
        "category": rules.categories.get(report.category_code),
        "proposed": rules.units.get(report.proposed_unit_code or ""),
        "reason": Reason.from_data(report.proposal_reason).text(lang) if report.proposal_reason else "",
        "closed": report.status in CLOSED,
        "is_new": report.status == ReportStatus.NEW,
        "map_data": map_data(seen.view),
    }
    for part in PARTS:
        context |= part.context(seen)
    return context


def words(rules: Rules, state: AppState, *, lang: str) -> dict[str, Any]:
    """What every page of the desk says things with."""

    def category_name(code: str) -> str:
        category = rules.categories.get(code)
        return category.name(lang) if category else code

    return {
        "show_reference": show_reference,
        "category_name": category_name,
        "channel_word": lambda code: translate(CHANNEL_WORDS.get(code) or code, lang),
        "flag_word": lambda code: translate(FLAG_WORDS.get(code) or code, lang),
        "undo_seconds": state.settings.undo_seconds,
    }


def map_data(view: DeskReport) -> dict[str, Any] | None:
    """The report and its neighbours for the map, degrees WGS84; None for a report without a place."""
    report = view.report
    if report.lat is None:
        return None
    return {
        "lat": report.lat,
        "lon": report.lon,
        "near": [
            {"lat": one.lat, "lon": one.lon, "reference": one.reference, "status": one.status} for one in view.nearby
        ],
    }


def undo_bar(
    session: Session, staff: Staff, rules: Rules, state: AppState, done: int, *, lang: str
) -> dict[str, Any] | None:
    """The decision just made, the seconds left to undo it, and what would go out."""
    seconds = state.settings.undo_seconds
    now = state.clock()
    made = desk.decided(session, staff, done, since=now - timedelta(seconds=seconds)) if done and seconds else None
    if made is None:
        return None
    left = seconds - int((now - made.update.at).total_seconds())
    unit = rules.units.get(made.update.unit_code or "")
    return {
        "decision": made,
        "left": left,
        "unit": unit.name(lang) if unit and made.update.kind != UpdateKind.INFORMED else "",
        "informed": [rules.units[code].name(lang) for code in made.informed if code in rules.units],
        "ways": _ways(made, rules),
    }


def _ways(made: Decided, rules: Rules) -> list[str]:
    """Over which channels the unit would hear of it."""
    unit = rules.units.get(made.update.unit_code or "")
    if unit is None or made.update.kind not in {UpdateKind.FORWARDED, UpdateKind.REFERRED}:
        return []
    return [channel.kind for channel in unit.channels]
