"""Follow a place: the form, and the same form behind its owner's link, to change it or to end it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid
from app.languages import LANGUAGES
from app.models import PlaceFollow
from app.models.address import ascii_address
from app.models.links import place_confirm_path, place_path, place_stop_path
from app.queries.place_following import follow_behind, knows_streets, streets_called
from app.services import place_following
from app.services.finding_places import find_places
from app.services.place_words import place_name, weekday_name
from app.text import say, translate
from app.web.deps import CsrfChecked, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, SettingsDep, StateDep
from app.web.limiting import check_sender
from app.web.pages.places import may_ask
from app.web.place_form import PlaceForm
from app.web.place_search import Answer, in_words, taken
from app.web.resident import MaybeResidentDep
from app.web.state import AppState
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False)
CHANGED = N_("It is changed.")
BEGUN = N_("You follow the place from now on.")
RADII = (50, 100, 200, 300, 500, 1000, 2000, 5000)
# A feed of a street is that of a circle around its middle.
STREET_RADIUS = 500


def count_asking(request: Request, form: FormDep) -> None:
    """Raises TooMany; only what makes us write a mail is counted, and before the session takes a connection."""
    if not form.get("do"):
        check_sender(request, "support")


def get_follow(follow_id: int, token: str, session: SessionDep, state: StateDep) -> PlaceFollow:
    """The follow whose link this is."""
    path = f"/followed-place/{follow_id}/{token}"
    return follow_behind(session, follow_id, path, expected=lambda one: place_path(one, secret=state.secret))


AskingCounted = Depends(count_asking)
OwnDep = Annotated[PlaceFollow, Depends(get_follow)]


@router.get("/follow-place")
def show_form(request: Request, session: SessionDep, lang: LanguageDep, me: MaybeResidentDep) -> Response:
    """What to follow, how often, and where to write."""
    form = PlaceForm.from_query(request.query_params, language=lang)
    form.email = me.email if me is not None else ""
    return _page(request, form, session, lang, signed_in=me is not None)


@router.post("/follow-place", dependencies=[CsrfChecked, AskingCounted])
def ask(
    request: Request, posted: FormDep, session: SessionDep, state: StateDep, rules: RulesDep, now: NowDep,
    lang: LanguageDep, me: MaybeResidentDep,
) -> Response:  # fmt: skip
    """Keep it, and write to the address; who is signed in with it needs no mail."""
    form = PlaceForm.from_post(posted)
    signed_in = me is not None
    step = _step(request, posted, form, session, state, lang, signed_in=signed_in)
    if step is not None:
        return step
    given: dict[str, Any] = {"email": form.email, "language": _mail_language(form, lang), "rules": rules, "at": now}
    try:
        if me is not None and me.email.lower() == ascii_address(form.email).lower():
            follow = place_following.begin(session, form.as_wish(), **given)
            return redirect(request, place_path(follow, secret=state.secret), flash=("success", BEGUN))
        place_following.ask(session, form.as_wish(), **given)
    except (Invalid, Conflict) as error:
        return _mistaken(request, form, error, session, lang, signed_in=signed_in)
    return redirect(request, "/follow-place/asked")


@router.get("/follow-place/asked")
def asked(request: Request) -> Response:
    """The same whatever the address is, so that nobody learns who else has written to us."""
    return render(request, "place_following/asked.html")


@router.get("/followed-place/{follow_id}/{token}")
def show_own(request: Request, follow: OwnDep, session: SessionDep, lang: LanguageDep, state: StateDep) -> Response:
    """What is followed, to be changed or ended."""
    return _page(request, PlaceForm.of(follow), session, lang, **_own(follow, state, lang))


@router.post("/followed-place/{follow_id}/{token}", dependencies=[CsrfChecked])
def change(
    request: Request, posted: FormDep, follow: OwnDep, session: SessionDep, state: StateDep, rules: RulesDep,
    settings: SettingsDep, now: NowDep, lang: LanguageDep,
) -> Response:  # fmt: skip
    """Another place, other kinds, another rhythm."""
    form = PlaceForm.from_post(posted)
    own = _own(follow, state, lang)
    step = _step(request, posted, form, session, state, lang, **own)
    if step is not None:
        return step
    language = _mail_language(form, follow.language)
    try:
        place_following.change(
            session, follow, form.as_wish(), language=language, rules=rules, hour=settings.digest_hour, at=now
        )
    except Invalid as error:
        return _mistaken(request, form, error, session, lang, **own)
    return redirect(request, place_path(follow, secret=state.secret), flash=("success", CHANGED))


@router.post("/followed-place/{follow_id}/{token}/end", dependencies=[CsrfChecked])
def end(request: Request, follow: OwnDep, session: SessionDep, state: StateDep, now: NowDep) -> Response:
    """No more mails about it."""
    place_following.end(session, follow, at=now)
    return redirect(request, place_stop_path(follow, secret=state.secret))


def _step(
    request: Request, posted: FormDep, form: PlaceForm, session: Session, state: AppState, lang: str, **own: Any
) -> Response | None:
    """The buttons that do something else than send: search for a place, choose one, show the feed."""
    do = str(posted.get("do", ""))
    # Enter in the search without script sends the form: something was typed, and nothing says where it is.
    unfinished = not do and form.what == "circle" and bool(form.where) and not form.lat and not form.lon
    if do == "place" or unfinished:
        return _page(request, form, session, lang, places=_search(request, form, session, state, lang), **own)
    if do.startswith(("place:", "around:")):
        return _page(request, form, session, lang, places=taken(form.where, lang), **own)
    if do == "feed":
        return _feed(request, form, session, state, lang, **own)
    if do.startswith("street:"):
        return _page(request, form, session, lang, **own)
    return None


def _search(request: Request, form: PlaceForm, session: Session, state: AppState, lang: str) -> Answer:
    """Other people's registers may take two seconds, in which the session holds no connection."""
    session.rollback()
    rules = state.rules_file.current
    found = find_places(state.session_factory, state.registers, rules, form.where, may_ask=lambda: may_ask(request))
    answer = in_words(found, rules, lang, plain=True)
    if answer.only is not None:
        form.lat, form.lon, form.what = repr(answer.only.lat), repr(answer.only.lon), "circle"
        return taken(answer.only.label, lang)
    return answer


def _feed(request: Request, form: PlaceForm, session: Session, state: AppState, lang: str, **own: Any) -> Response:
    """For whoever wants no mail: the same circle as Atom."""
    rules = state.rules_file.current
    try:
        area = place_following.check(
            session, form.as_wish(), email=None, language=lang, rules=rules, known=own.get("follow")
        )
    except Invalid as error:
        return _mistaken(request, form, error, session, lang, **own)
    radius = area.radius if area.street is None else STREET_RADIUS
    query = {"near": f"{area.lat:.5f},{area.lon:.5f}", "radius": str(radius)}
    kinds = [f"{code}.*" for code in form.groups if code in rules.groups]
    query |= {"category": ",".join(kinds)} if kinds else {}
    return redirect(request, f"/reports.atom?{urlencode(query, safe=',.*')}")


def _mail_language(form: PlaceForm, otherwise: str) -> str:
    return form.language if form.language in LANGUAGES else otherwise


def _mistaken(
    request: Request, form: PlaceForm, error: Invalid | Conflict, session: Session, lang: str, **own: Any
) -> Response:
    """The same page with what is wrong; nothing that was typed is lost."""
    fields = error.fields if isinstance(error, Invalid) else {"email": error.message}
    named = {"name": error.params.get("name", ""), "most": error.params.get("most", "")}
    form.errors = {name: translate(sentence, lang) % named for name, sentence in fields.items()} or {
        "": say(error, lang)
    }
    return _page(request, form, session, lang, status_code=422, **own)


def _own(follow: PlaceFollow, state: AppState, lang: str) -> dict[str, Any]:
    return {
        "follow": follow,
        "own_path": place_path(follow, secret=state.secret),
        "confirm_path": place_confirm_path(follow, secret=state.secret),
        "named": place_name(follow, lang),
    }


def _page(
    request: Request, form: PlaceForm, session: Session, lang: str, *, status_code: int = 200, **found: Any
) -> Response:
    streets = streets_called(session, form.street) if "street" in form.errors and form.street else []
    context: dict[str, Any] = {
        "form": form,
        "places": None,
        "follow": None,
        "signed_in": False,
        "streets": streets if len(streets) > 1 else [],
        "has_streets": knows_streets(session),
        "radii": RADII,
        "weekdays": [(str(day), weekday_name(day, lang)) for day in range(7)],
        "own_path": "/follow-place",
    }
    return render(request, "place_following/form.html", status_code=status_code, **(context | found))
