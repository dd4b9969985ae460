"""What is kept about me, why and until when; as JSON and PDF; and having it deleted.

Everything stands twice: below a report's secret link, and for the owner of an address who is signed in by it.
"""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from app.errors import N_
from app.queries.following import followed_report
from app.queries.mine import is_used_elsewhere, reports_of
from app.services import erasing
from app.services.erasing import Erased
from app.services.my_data import kept_rules
from app.services.my_data_file import SCHEMA_PATH, PersonData
from app.text import translate
from app.web.deps import CsrfChecked, LanguageDep, MaybeStaffDep, NowDep, SessionDep, StateDep
from app.web.erasing import files_of
from app.web.my_data import Holder, kept_kinds, sections
from app.web.my_data_pdf import write_pdf
from app.web.resident import ResidentDep, end_session
from app.web.templating import render

router = APIRouter(include_in_schema=False)
LINK = "/follow/{reference}/{token}/data"
MINE = "/mine/data"

# What is said of each kind that goes; app/services/forgetting.py and erasing.py name the kinds.
GOES: dict[str, str] = {
    "contact": N_("Your name, e-mail address and phone number"),
    "words": N_("Your words and the address you wrote, also where everybody could read them"),
    "answers": N_("Answers that you typed"),
    "photos": N_("Your photos, also those that everybody could see"),
    "notes": N_("What you wrote to us later, and the staff's own notes"),
    "stops": N_("The crew's notes"),
    "rating": N_("What you wrote about the service"),
    "mails": N_("Mails to you that have not gone out yet"),
    "supports": N_("The code of your browser"),
    "keys": N_("The code of the form you sent"),
}
GOES_OF_ADDRESS: dict[str, str] = {
    "unconfirmed": N_("Your address in reports that you never confirmed"),
    "support": N_("Your address at other people's reports"),
    "place_follow": N_("The places you follow"),
    "links": N_("Links for signing in"),
    "residents": N_("Browsers that are signed in, this one too"),
}
STAYS = ("report", "backups", "logs")


def get_link_holder(
    request: Request,
    reference: str,
    token: str,
    session: SessionDep,
    state: StateDep,
    lang: LanguageDep,
    now: NowDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Holder:
    """The holder of a report's secret link; raises NotFound, and Gone when it ended with the data."""
    report = followed_report(session, reference, token, secret=state.secret)
    home = f"/follow/{report.shown_reference}/{token}"
    return Holder(request, session, state, [report], f"{home}/data", home, lang, now)


def get_resident_holder(
    request: Request,
    resident: ResidentDep,
    session: SessionDep,
    state: StateDep,
    lang: LanguageDep,
    now: NowDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Holder:
    """The owner of an address, signed in by a link in a mail to it."""
    reports = reports_of(session, resident.email)
    return Holder(request, session, state, reports, MINE, "/mine", lang, now, email=resident.email)


LinkHolder = Annotated[Holder, Depends(get_link_holder)]
ResidentHolder = Annotated[Holder, Depends(get_resident_holder)]


@router.get(SCHEMA_PATH)
def describe() -> Response:
    """The keys of the JSON file and what they mean (JSON Schema)."""
    schema = PersonData.model_json_schema(by_alias=True, mode="serialization")
    return Response(orjson.dumps(schema), media_type="application/schema+json")


@router.get(LINK)
def show_by_link(holder: LinkHolder) -> Response:
    """What is kept about one report's reporter."""
    return _page(holder)


@router.get(MINE)
def show_mine(holder: ResidentHolder) -> Response:
    """What is kept about the owner of an address."""
    return _page(holder)


@router.get(f"{LINK}.json")
def json_by_link(holder: LinkHolder) -> Response:
    """The same for programs."""
    return _file(holder, holder.collect().as_json(), "json")


@router.get(f"{MINE}.json")
def json_of_mine(holder: ResidentHolder) -> Response:
    """The same for programs."""
    return _file(holder, holder.collect().as_json(), "json")


@router.get(f"{LINK}.pdf")
def pdf_by_link(holder: LinkHolder) -> Response:
    """The same to print and to keep."""
    return _file(holder, write_pdf(holder.collect(), photos=holder.state.photos, lang=holder.lang), "pdf")


@router.get(f"{MINE}.pdf")
def pdf_of_mine(holder: ResidentHolder) -> Response:
    """The same to print and to keep."""
    return _file(holder, write_pdf(holder.collect(), photos=holder.state.photos, lang=holder.lang), "pdf")


@router.get(f"{LINK}/erasure")
def ask_by_link(holder: LinkHolder) -> Response:
    """What would go and what stays; nothing goes by opening the page."""
    return _ask(holder)


@router.get(f"{MINE}/erasure")
def ask_mine(holder: ResidentHolder) -> Response:
    """What would go and what stays; nothing goes by opening the page."""
    return _ask(holder)


@router.post(f"{LINK}/erasure", dependencies=[CsrfChecked])
def erase_by_link(holder: LinkHolder) -> Response:
    """All that is personal goes, and the link with it; so the answer is the page that says what went."""
    before = holder.collect()
    [report] = holder.reports
    elsewhere = is_used_elsewhere(holder.session, report)
    erased = erasing.erase_by_reporter(holder.session, report, files=files_of(holder.state), at=holder.at)
    return _done(holder, erased, before, elsewhere=elsewhere)


@router.post(f"{MINE}/erasure", dependencies=[CsrfChecked])
def erase_mine(holder: ResidentHolder) -> Response:
    """Everything of the address goes, and the browser is signed out."""
    before = holder.collect()
    erased = erasing.erase_address(holder.session, holder.email or "", files=files_of(holder.state), at=holder.at)
    response = _done(holder, erased, before)
    end_session(response, holder.state.settings)
    return response


def _page(holder: Holder) -> Response:
    data = holder.collect()
    return render(
        holder.request,
        "my_data/page.html",
        data=data,
        sections=list(sections(data, holder.lang)),
        kept=kept_kinds(data),
        path=holder.path,
        home=holder.home,
        desk_email=holder.state.settings.desk_email,
    )


def _ask(holder: Holder) -> Response:
    words = GOES if holder.email is None else {**GOES, **GOES_OF_ADDRESS}
    return render(
        holder.request,
        "my_data/erasure.html",
        goes=[translate(sentence, holder.lang) for sentence in words.values()],
        stays=_stays(holder),
        given_to=_given_to(holder.collect()),
        is_open=any(report.is_open for report in holder.reports),
        several=holder.email is not None,
        elsewhere=is_used_elsewhere(holder.session, holder.reports[0]) if holder.email is None else False,
        path=holder.path,
        home=holder.home,
    )


def _done(holder: Holder, erased: Erased, before: PersonData, *, elsewhere: bool = False) -> Response:
    went = [
        {"kind": kind, "what": translate(sentence, holder.lang), "count": erased.counts[kind]}
        for kind, sentence in {**GOES, **GOES_OF_ADDRESS}.items()
        if kind in erased.counts
    ]
    stays, given_to = _stays(holder), _given_to(before)
    if "application/json" in holder.request.headers.get("accept", ""):
        told = {"erased": went, "kept": stays, "given_to": given_to}
        return Response(orjson.dumps(told), media_type="application/json")
    return render(holder.request, "my_data/erased.html", went=went, stays=stays, given_to=given_to, elsewhere=elsewhere)


def _stays(holder: Holder) -> list[dict[str, str]]:
    rules = sorted(kept_rules(holder.state.settings, holder.lang, kinds=STAYS), key=lambda rule: STAYS.index(rule.kind))
    return [{"kind": rule.kind, "what": rule.what, "why": rule.why, "until": rule.until} for rule in rules]


def _given_to(data: PersonData) -> list[str]:
    """Whose copies are out of our reach: they went by mail or to another system."""
    return sorted({one.unit for report in data.reports for one in report.given_to if set(one.over) - {"inbox"}})


def _file(holder: Holder, content: bytes, ending: str) -> Response:
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{holder.name}.{ending}"',
        "Content-Language": holder.lang,
    }
    return Response(content, headers=headers, media_type=f"application/{ending}")
