"""Following a place: a circle or a street, asked for with an address, changed and ended by its owner's links."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoalchemy2 import Geography
from sqlalchemy import cast, delete, func, select, update

from app import jobs
from app.errors import N_, Invalid
from app.jobs import JobName
from app.models import PlaceFollow, PlaceMail, PlaceMailKind, PlaceNews
from app.models.address import ascii_address
from app.models.digest_times import digest_times
from app.models.place_follow import STREET_METRES
from app.queries.place_following import Street, follows_of, is_same_place, knows_streets, shape_of, streets_called
from app.queries.surroundings import surroundings
from app.routing import areas_at
from app.services import mailboxes, place_confirming
from app.services.drafts import ReporterDraft, check_place, check_reporter
from app.services.place_confirming import MOST_PLACES
from app.services.proposing import address_at

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy.orm import Session

    from app.routing import Rules

SMALLEST, LARGEST = 50, 5000
NO_ADDRESS = N_("Write your e-mail address.")
NO_PLACE = N_("Show on the map what you want to follow, or search for a place.")
BAD_RADIUS = N_("Write how far in metres: from 50 to 5000.")
NO_STREET = N_("Write the name of a street.")
UNKNOWN_STREET = N_("We know no street called “%(name)s”. Look at the spelling, or follow a circle instead.")
MANY_STREETS = N_("There is more than one such street. Choose the one you mean.")
NO_STREETS = N_("We have no list of streets here. Follow a circle instead.")
NO_GROUP = N_("Choose at least one kind, or everything.")
BAD_WEEKDAY = N_("Choose how often you want a mail.")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to hear of. A circle has `lat`, `lon` (degrees WGS84) and `radius` in metres; else `street`.

    `groups` None: all kinds; `weekday` None: every day, 0 is Monday.
    """

    lat: float | None = None
    lon: float | None = None
    radius: int | None = None
    street: str | None = None
    groups: tuple[str, ...] | None = None
    closings: bool = False
    weekday: int | None = None


@dataclass(frozen=True)
class Area:
    """A wish's place as it is kept."""

    lat: float
    lon: float
    radius: int
    label: str
    street: Street | None = None


def check(
    session: Session,
    wish: Wish,
    *,
    email: str | None,
    language: str,
    rules: Rules,
    known: PlaceFollow | None = None,
) -> Area:
    """The place that is meant. Raises Invalid naming every mistaken field; `email` None is not asked for.

    The street of `known` is that one, though others are called the same.
    """
    problems: dict[str, str] = {}
    area = (
        _kept(wish, known) or _street(session, wish, problems)
        if wish.street is not None
        else _circle(session, wish, rules, problems, language)
    )
    if wish.groups is not None and (not wish.groups or not all(code in rules.groups for code in wish.groups)):
        problems["groups"] = NO_GROUP
    if wish.weekday is not None and wish.weekday not in range(7):
        problems["rhythm"] = BAD_WEEKDAY
    if email is not None:
        problems |= check_reporter(ReporterDraft(email=email)) if email else {"email": NO_ADDRESS}
    if problems or area is None:
        sentence = N_("Something is missing or wrong. Nothing was lost: mend it and send again.")
        raise Invalid(sentence, fields=problems, name=(wish.street or "").strip()[:60])
    return area


def _circle(session: Session, wish: Wish, rules: Rules, problems: dict[str, str], language: str) -> Area | None:
    wrong = check_place(wish.lat, wish.lon, "", rules).get("position")
    if wish.radius is None or not SMALLEST <= wish.radius <= LARGEST:
        problems["radius"] = BAD_RADIUS
    if wrong or wish.lat is None or wish.lon is None:
        problems["position"] = NO_PLACE if wish.lat is None and wish.lon is None else wrong or NO_PLACE
        return None
    lat, lon = round(wish.lat, 6), round(wish.lon, 6)
    return Area(lat, lon, wish.radius or SMALLEST, label_of(session, lat, lon, rules, language))


def label_of(session: Session, lat: float, lon: float, rules: Rules, language: str) -> str:
    """What a circle is called: the address nearest to its middle, else the part of the municipality.

    Never what somebody typed: it stands in a mail to an address that may be another's.
    """
    nearest = address_at(surroundings(session, lat=lat, lon=lon))
    if nearest:
        return nearest
    here = areas_at(rules, lat, lon)
    return next((area.name(language) for code, area in rules.areas.items() if code in here), "")


def _kept(wish: Wish, known: PlaceFollow | None) -> Area | None:
    street = known.street if known is not None else None
    if known is None or street is None or (wish.street or "").strip().lower() != street.lower():
        return None
    return Area(known.lat, known.lon, known.radius, known.label, Street(street, None, known.lat, known.lon))


def _street(session: Session, wish: Wish, problems: dict[str, str]) -> Area | None:
    typed = (wish.street or "").strip()
    found = streets_called(session, typed) if typed else []
    if len(found) == 1:
        street = found[0]
        return Area(street.lat, street.lon, STREET_METRES, street.label, street)
    if not typed:
        problems["street"] = NO_STREET
    elif found:
        problems["street"] = MANY_STREETS
    else:
        problems["street"] = UNKNOWN_STREET if knows_streets(session) else NO_STREETS
    return None


def ask(session: Session, wish: Wish, *, email: str, language: str, rules: Rules, at: datetime) -> None:
    """Keep it until the owner of the address has pressed the button in the mail; once a day there is one.

    What it answers tells nobody whether the address is known here. Raises Invalid.
    """
    email = ascii_address(email)
    area = check(session, wish, email=email, language=language, rules=rules)
    follow = _waiting(session, wish, area, email=email, language=language, at=at)
    if mailboxes.may_ask(session, email, at=at):
        _mail_button(session, follow, at=at)


def begin(session: Session, wish: Wish, *, email: str, language: str, rules: Rules, at: datetime) -> PlaceFollow:
    """The same for who has shown already that the address is theirs. Raises Invalid, and Conflict for too many."""
    email = ascii_address(email)
    area = check(session, wish, email=email, language=language, rules=rules)
    follow = PlaceFollow(email=email, language=language, created_at=at, asked_at=at)
    _write(session, follow, wish, area)
    # The page shows what is wrong and commits, so what was refused must not stay behind.
    with session.begin_nested():
        session.add(follow)
        session.flush()
        place_confirming.confirm(session, follow, at=at)
    return follow


def _waiting(session: Session, wish: Wish, area: Area, *, email: str, language: str, at: datetime) -> PlaceFollow:
    """The same place asked for twice waits once, as it was chosen last; of too many that wait the oldest goes.

    Anybody can ask with anybody's address, so what a stranger asked for must not keep its owner from asking.
    """
    place_confirming.hold_address(session, email)
    waiting = [one for one in follows_of(session, email) if one.confirmed_at is None]
    follow = PlaceFollow(email=email, created_at=at)
    _write(session, follow, wish, area)
    known = next((one for one in waiting if is_same_place(one, follow)), None)
    if known is None:
        _make_room(session, waiting)
    if known is not None:
        follow = known
        _write(session, follow, wish, area)
    follow.asked_at, follow.language = at, language
    session.add(follow)
    session.flush()
    return follow


def _make_room(session: Session, waiting: list[PlaceFollow]) -> None:
    """The oldest goes; one whose button was mailed goes last, because its owner may press it yet."""
    ids = [one.id for one in waiting]
    mailed = set(session.scalars(select(PlaceMail.follow_id).where(PlaceMail.follow_id.in_(ids))))
    for one in sorted(waiting, key=lambda one: (one.id in mailed, one.id))[: max(0, len(ids) - MOST_PLACES + 1)]:
        session.delete(one)


def _mail_button(session: Session, follow: PlaceFollow, *, at: datetime) -> None:
    earlier = (PlaceMail.follow_id == follow.id, PlaceMail.kind == PlaceMailKind.CONFIRM.value)
    session.execute(delete(PlaceMail).where(*earlier))
    mail = PlaceMail(
        follow_id=follow.id,
        kind=PlaceMailKind.CONFIRM.value,
        message_id=f"{secrets.token_hex(16)}@place",
        created_at=at,
        next_attempt_at=at,
    )
    session.add(mail)
    session.flush()
    jobs.enqueue(session, JobName.ASK_FOLLOWER, mail_id=mail.id)


def change(
    session: Session,
    follow: PlaceFollow,
    wish: Wish,
    *,
    language: str,
    rules: Rules,
    hour: int,
    at: datetime,
) -> None:
    """Another place, kinds or rhythm, by who holds the link. With another place it begins anew. Raises Invalid."""
    area = check(session, wish, email=None, language=language, rules=rules, known=follow)
    if follow.email is not None:
        place_confirming.hold_address(session, follow.email)
    before = (follow.lat, follow.lon, follow.radius, follow.street)
    _write(session, follow, wish, area)
    follow.language = language
    session.flush()
    if follow.hears:
        place_confirming.keep_only(session, follow, follows_of(session, follow.email or ""), at=at)
    if before != (follow.lat, follow.lon, follow.radius, follow.street):
        place_confirming.begin_now(session, follow)
    else:
        _move_news(session, follow, hour=hour, zone=rules.timezone, at=at)


def _move_news(session: Session, follow: PlaceFollow, *, hour: int, zone: ZoneInfo, at: datetime) -> None:
    """What waits to be told goes out in the new rhythm."""
    due = digest_times(at, hour=hour, zone=zone)[follow.weekday]
    session.execute(update(PlaceNews).where(PlaceNews.follow_id == follow.id).values(due_at=due))


def end(session: Session, follow: PlaceFollow, *, at: datetime) -> None:
    """No more mails, and the address is forgotten at once; saying it twice changes nothing."""
    follow.end(at=at)
    session.execute(delete(PlaceNews).where(PlaceNews.follow_id == follow.id))


def _write(session: Session, follow: PlaceFollow, wish: Wish, area: Area) -> None:
    moved = (follow.lat, follow.lon, follow.street) != (area.lat, area.lon, area.street.label if area.street else None)
    follow.lat, follow.lon, follow.radius, follow.label = area.lat, area.lon, area.radius, area.label[:200]
    follow.street = area.street.label if area.street else None
    follow.groups = sorted(set(wish.groups)) if wish.groups is not None else None
    follow.closings, follow.weekday = wish.closings, wish.weekday
    if moved or area.street is not None:
        point = func.ST_SetSRID(func.ST_MakePoint(area.lon, area.lat), 4326)
        wkb = func.ST_GeomFromEWKB(func.decode(shape_of(session, area.street), "hex")) if area.street else point
        follow.shape = cast(wkb, Geography("GEOMETRY", 4326))
