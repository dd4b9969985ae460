"""Privacy, accessibility, about the service; and the choice of language."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from app.languages import LANGUAGES
from app.queries.figures import all_figures
from app.queries.ratings import satisfaction
from app.routing import Rules
from app.services.drafts import MAX_PHOTOS
from app.services.my_data import kept_rules
from app.settings import Settings
from app.web import languages
from app.web.deps import CsrfChecked, FormDep, MaybeStaffDep, RulesDep, SessionDep, StateDep, get_language
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/privacy")
@router.get("/accessibility")
@router.get("/about")
def show_information(
    request: Request,
    session: SessionDep,
    state: StateDep,
    rules: RulesDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """One of the pages that say how things are."""
    facts = _facts(state.settings, rules) | {"figures": all_figures(session)}
    facts["satisfaction"] = satisfaction(session, at=state.clock())
    facts["kept"] = kept_rules(state.settings, get_language(request))
    return render(request, f"information{request.url.path}.html", **facts)


@router.post("/language", dependencies=[CsrfChecked])
def choose_language(form: FormDep, state: StateDep) -> Response:
    """Remember the language in a cookie and go back to the page, which is one of ours."""
    language = str(form.get("language"))
    response = Response(status_code=303, headers={"Location": local_path(str(form.get("next") or "/"))})
    if language in LANGUAGES:
        languages.remember(response, state.settings, language)
    return response


def local_path(given: str) -> str:
    """The path itself when it leads nowhere but to this site, else the front page."""
    parts = urlsplit(given.replace("\\", "/"))
    unsafe = not given.startswith("/") or given.startswith("//") or parts.netloc or parts.scheme
    return "/" if unsafe or any(ord(letter) < 33 or ord(letter) > 126 for letter in given) else given


def _facts(settings: Settings, rules: Rules) -> dict[str, Any]:
    phones = rules.municipality.phones
    return {
        "desk_email": settings.desk_email,
        "max_photos": MAX_PHOTOS,
        "reopen_days": settings.reopen_days,
        "desk_phones": [phone for phone in phones if not phone.emergency and len(phone.number) > 4],
    }
