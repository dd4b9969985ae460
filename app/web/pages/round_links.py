"""Links to a round for contractors: made, shown once, ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from app.errors import N_, Invalid
from app.models import RoundLink, RouteList
from app.models.links import round_path
from app.queries.round_links import last_day_of, link_for, round_for
from app.services import round_links
from app.text import translate
from app.web.deps import CsrfChecked, FormDep, LanguageDep, NowDep, SessionDep, StateDep, UnitDep
from app.web.qr import qr_svg
from app.web.round_links_part import links_part
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/route-lists/{route_list_id:int}/links", include_in_schema=False)


@router.get("")
def show(request: Request, route_list_id: int, staff: UnitDep, session: SessionDep, now: NowDep) -> Response:
    """The round's links, and the form for another one."""
    route_list = round_for(session, staff, route_list_id)
    return _page(request, route_list, links_part(session, staff, route_list, at=now))


@router.post("", dependencies=[CsrfChecked])
def make(
    request: Request, route_list_id: int, form: FormDep, staff: UnitDep, session: SessionDep, state: StateDep,
    now: NowDep, lang: LanguageDep,
) -> Response:  # fmt: skip
    """Make one, and show it: it is not kept anywhere."""
    route_list = round_for(session, staff, route_list_id)
    given = {name: str(form.get(name) or "") for name in ("name", "last_day")}
    try:
        link = round_links.make(
            session, route_list, name=given["name"], last_day=_day(given["last_day"]), by=staff, at=now
        )
    except Invalid as error:
        refused = {name: translate(sentence, lang) for name, sentence in error.fields.items()}
        part = links_part(session, staff, route_list, at=now, given=given, refused=refused)
        return _page(request, route_list, part, status_code=422)
    address = f"{state.settings.base_url}{round_path(link, secret=state.secret)}"
    return _shown_once(request, route_list, link, address, lang)


@router.post("/{link_id:int}/end", dependencies=[CsrfChecked])
def end(
    request: Request, route_list_id: int, link_id: int, staff: UnitDep, session: SessionDep, now: NowDep
) -> Response:
    """From now on the link opens nothing."""
    link = link_for(session, staff, route_list_id, link_id)
    round_links.end(link, at=now)
    said = N_("The link of %(name)s opens nothing any more.")
    return redirect(request, f"/staff/route-lists/{route_list_id}/links", flash=("success", said), name=link.name)


def _page(request: Request, route_list: RouteList, part: dict[str, Any], *, status_code: int = 200) -> Response:
    return render(request, "crew/links.html", route_list=route_list, status_code=status_code, **part)


def _shown_once(request: Request, route_list: RouteList, link: RoundLink, address: str, lang: str) -> Response:
    """Browsers keep nothing of it."""
    label = translate(N_("QR code of the link"), lang)
    page = render(
        request,
        "crew/link_made.html",
        route_list=route_list,
        link=link,
        last_day=last_day_of(link),
        address=address,
        qr=qr_svg(address, label=label, css_class="round-qr"),
    )
    page.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return page


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
