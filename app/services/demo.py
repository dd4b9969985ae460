"""A believable Tromsø to try things out in: lamps, staff, and ninety days of reports with their whole history.

Everything is made by the services that people use, in one transaction, once, in an empty database; no mail of
this history ever goes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from app.delivery.outcome import Trouble, note
from app.errors import Conflict, Invalid
from app.models import Asset, Delivery, Notification, Report, Staff
from app.routing import in_service_area
from app.services import demo_mails
from app.services.demo_faults import darken_streets
from app.services.demo_history import Lives, World
from app.services.demo_intake import Intake, arrivals
from app.services.demo_places import STREETS, lamps
from app.services.demo_register import places
from app.services.demo_rounds import Rounds, plan_tomorrow
from app.services.demo_routine import keep_rounds
from app.services.demo_staff import PEOPLE, Login, add_staff, email_of
from app.services.figures import count_figures
from app.services.geojson_features import OwnerField
from app.services.road_import import RoadMapping, import_roads

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Rules
    from app.storage import PhotoStore

DAYS = 90
REPORTS = 320
# The demo is the same everywhere, but for its passwords and its days.
SEED = 1794
ROAD_OWNER = OwnerField(property="owner", translate={"municipality": "municipality", "county": "county"})
_FORGET_JOBS = text("""
    DELETE FROM procrastinate_jobs WHERE (args ->> 'delivery_id')::bigint = ANY(:deliveries)
    OR (args ->> 'notification_id')::bigint = ANY(:notifications)
""")


def is_loaded(session: Session) -> bool:
    """Whether the demo's people are here."""
    known = session.scalars(select(Staff.email).where(Staff.email.in_([email_of(person) for person in PEOPLE])))
    return len(known.all()) == len(PEOPLE)


def check_empty(session: Session) -> None:
    """Raises Conflict where somebody works already; a second process waits here until the first has loaded it."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('gatami demo'))"))
    if session.scalar(select(func.count()).select_from(Staff)) or session.scalar(select(Report.id).limit(1)):
        raise Conflict("This database has staff or reports already, so the demo is not loaded into it.")


def check_rules(rules: Rules) -> None:
    """Raises Invalid for the rules of another place: the demo's streets are Tromsø's."""
    places_inside = all(in_service_area(rules, lamp.lat, lamp.lon) for lamp in lamps())
    if not places_inside or not {"lamp_dark", "pothole", "praise"} <= set(rules.categories):
        raise Invalid("The demo is about Tromsø, and the rules file is not: no demo is loaded.")


def load_demo(session: Session, *, rules: Rules, store: PhotoStore, now: datetime) -> list[Login]:
    """The whole demo, with everything before `now`; gives the logins, which are kept nowhere in clear text."""
    check_rules(rules)
    check_empty(session)
    session.add_all([*_assets(), *places()])
    import_roads(session, _roads(), RoadMapping(source_ref="id", name="name", ref="{ref}", owner=ROAD_OWNER))
    staff, logins = add_staff(session, at=now - timedelta(days=DAYS + 30))
    world = World(session=session, rules=rules, staff=staff, now=now, random=Random(SEED))  # noqa: S311 - no secret.
    _play(world, Intake(world, store))
    _silence(world)
    count_figures(session, at=now)
    return logins


def _assets() -> list[Asset]:
    return [
        Asset(
            kind="lamp",
            source_ref=lamp.number,
            number=lamp.number,
            lat=lamp.lat,
            lon=lamp.lon,
            owner=lamp.street.lamp_owner,
            road_owner=lamp.street.road_owner,
            road_ref=lamp.street.road_ref,
            street=lamp.street.name,
        )
        for lamp in lamps()
    ]


def _roads() -> Iterator[dict[str, Any]]:
    """The streets as lines, for whatever is reported there that is no lamp."""
    for street in STREETS:
        properties = {"id": f"demo-{street.feeder}", "name": street.name, "owner": street.road_owner}
        line = {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in street.line]}
        yield {"type": "Feature", "properties": properties | {"ref": street.road_ref}, "geometry": line}


def _play(world: World, intake: Intake) -> None:
    """Arrivals and rounds are planned; what follows from them plans itself."""
    lives, rounds = Lives(world), Rounds(world)

    def arrive(at: datetime) -> None:
        lives.begin(intake.anything(at), at=at)

    for at in arrivals(world.now, days=DAYS, count=REPORTS, random=world.random):
        world.plan(at, arrive)
    rounds.plan_all()
    world.play()
    darken_streets(world)
    intake.this_mornings_queue(world.now)
    demo_mails.arrive(world)
    keep_rounds(world)
    plan_tomorrow(world)
    world.session.flush()


def _silence(world: World) -> None:
    """What was said in these ninety days counts as sent, and no job is left that would send it."""
    session = world.session
    deliveries = list(session.scalars(select(Delivery).order_by(Delivery.id)))
    notifications = list(session.scalars(select(Notification)))
    messages: list[Delivery | Notification] = [*deliveries, *notifications]
    for message in messages:
        message.start(at=message.created_at)
        message.succeed(at=message.created_at + timedelta(seconds=world.random.uniform(2, 40)))
    _fail_one(deliveries)
    session.flush()
    ids = {"deliveries": [one.id for one in deliveries], "notifications": [one.id for one in notifications]}
    session.execute(_FORGET_JOBS, ids)


def _fail_one(deliveries: list[Delivery]) -> None:
    """The newest mail to somebody outside did not arrive: the desk has something to look at."""
    mails = [one for one in deliveries if one.channel == "email" and one.address and "tromso" not in one.address]
    for mail in sorted(mails, key=lambda one: one.created_at)[-1:]:
        at, mail.sent_at = mail.created_at, None
        mail.fail(at=at, error=note(Trouble.RECIPIENT, "550 5.1.1 User unknown"), permanent=True)
