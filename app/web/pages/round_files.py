"""A round to take along: on paper and in files, for crews and for who holds a link to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from app.errors import N_, NotFound
from app.models.links import round_path
from app.queries.round_links import round_for, whole
from app.services.round_reading import CONTRACTOR, CREW
from app.text import translate
from app.web import round_exports
from app.web.deps import CrewDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.qr import qr_svg
from app.web.round_link import RoundLinkDep
from app.web.round_paper import BOXES, head_of, sketch_of, things_of, title_of
from app.web.round_pdf import write_pdf
from app.web.round_sheet import Sheet, rests_on, sheet_of
from app.web.templating import render

router = APIRouter(include_in_schema=False)
STAFF, LINK = "/staff/route-lists/{route_list_id:int}", "/round/{token}"


@dataclass(frozen=True)
class Making:
    """What a file is made for: whose municipality, in which language, when, at which address."""

    lang: str
    at: datetime
    municipality: str
    base_url: str


FILES: dict[str, tuple[str, Callable[[Sheet, Making], bytes]]] = {
    "pdf": ("application/pdf", lambda sheet, our: write_pdf(sheet, lang=our.lang, municipality=our.municipality)),
    "gpx": ("application/gpx+xml", lambda sheet, our: round_exports.gpx_of(sheet, lang=our.lang, at=our.at)),
    "geojson": ("application/geo+json", lambda sheet, _our: round_exports.geojson_of(sheet)),
    "csv": ("text/csv; charset=utf-8", lambda sheet, our: "".join(round_exports.csv_of(sheet, lang=our.lang)).encode()),
    "ics": (
        "text/calendar; charset=utf-8",
        lambda sheet, our: round_exports.ics_of(sheet, lang=our.lang, at=our.at, base_url=our.base_url),
    ),
}


@router.get(STAFF + "/print")
def print_page(
    request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, rules: RulesDep, state: StateDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """The round on paper, with boxes to tick and codes that open the stops."""
    path = f"/staff/route-lists/{route_list_id}"
    url = f"{state.settings.base_url}{path}"
    route_list = round_for(session, staff, route_list_id)
    return _on_paper(request, sheet_of(route_list, rules, reader=CREW, url=url, lang=lang), path, lang)


@router.get(STAFF + "/round.{kind}")
def take_file(
    route_list_id: int, kind: str, staff: CrewDep, session: SessionDep, rules: RulesDep, state: StateDep,
    lang: LanguageDep, now: NowDep,
) -> Response:  # fmt: skip
    """The round as a PDF, GPX, GeoJSON, CSV or calendar file."""
    route_list = round_for(session, staff, route_list_id)
    base_url = state.settings.base_url
    url = f"{base_url}/staff/route-lists/{route_list_id}"
    sheet = sheet_of(route_list, rules, reader=CREW, url=url, lang=lang)
    return _file(sheet, kind, Making(lang, now, rules.municipality.name(lang), base_url))


@router.get(LINK + "/print")
def print_linked(
    request: Request, linked: RoundLinkDep, session: SessionDep, rules: RulesDep, state: StateDep, lang: LanguageDep
) -> Response:
    """The same for who holds a link."""
    path = round_path(linked.link, secret=state.secret)
    url = f"{state.settings.base_url}{path}"
    sheet = sheet_of(whole(session, linked.route_list), rules, reader=CONTRACTOR, url=url, lang=lang)
    return _on_paper(request, sheet, path, lang)


@router.get(LINK + "/round.{kind}")
def take_linked_file(
    kind: str,
    linked: RoundLinkDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    lang: LanguageDep,
    now: NowDep,
) -> Response:
    """The same for who holds a link."""
    base_url = state.settings.base_url
    url = f"{base_url}{round_path(linked.link, secret=state.secret)}"
    sheet = sheet_of(whole(session, linked.route_list), rules, reader=CONTRACTOR, url=url, lang=lang)
    return _file(sheet, kind, Making(lang, now, rules.municipality.name(lang), base_url))


def _on_paper(request: Request, sheet: Sheet, base: str, lang: str) -> Response:
    label = N_("QR code that opens stop %(number)s")
    return render(
        request,
        "crew/print.html",
        sheet=sheet,
        head=head_of(sheet, lang),
        sketch=sketch_of(sheet, width=720.0, height=200.0) if sheet.stops else None,
        titles={stop.id: title_of(stop, lang) for stop in sheet.stops},
        things={stop.id: list(things_of(stop, lang)) for stop in sheet.stops},
        qr={
            stop.id: qr_svg(stop.url, label=translate(label, lang, number=stop.number), css_class="round-qr")
            for stop in sheet.stops
        },
        boxes=[translate(box, lang) for box in BOXES],
        rests_on=rests_on(sheet, lang),
        clock=round_exports.clock,
        base=base,
    )


def _file(sheet: Sheet, kind: str, our: Making) -> Response:
    if kind not in FILES:
        raise NotFound(N_("There is no such file."))
    media_type, make = FILES[kind]
    name = f"gatami-{sheet.day}-{sheet.id}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(make(sheet, our), media_type=media_type, headers=headers)
