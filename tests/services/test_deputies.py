"""Who stands in for whom: from the first day to the last, for the same units, and for nothing else."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.errors import Conflict, Invalid, NotFound
from app.models import Role, Staff, StaffChange, StaffSession, StaffUnit
from app.queries import people
from app.services import deputies, leaving, signing_in, staff

OSLO = ZoneInfo("Europe/Oslo")
# Three days around 3 December.
FIRST, LAST = date(2026, 12, 2), date(2026, 12, 4)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in December, where people live."""
    return datetime(2026, 12, day, hour, minute, tzinfo=OSLO)


@pytest.fixture
def appoint(session, ada, clock):
    def appoint(absent: Staff, deputy: Staff | None, first=FIRST, last=LAST):
        made = deputies.appoint(
            session, absent, deputy_id=deputy.id if deputy else None, first_day=first, last_day=last, by=ada,
            at=clock(), lang="en",
        )  # fmt: skip
        session.commit()
        return made

    return appoint


@pytest.fixture
def signed_in(session, clock):
    def open_session(who: Staff) -> str:
        token = f"of {who.id}"
        session.add(
            StaffSession(token_hash=signing_in._hash(token), staff_id=who.id, created_at=clock(), seen_at=clock(),
                         expires_at=clock().replace(year=2027))
        )  # fmt: skip
        session.commit()
        return token

    return open_session


@pytest.mark.parametrize(
    ("moment", "units"),
    [
        (at(1, 23, 59), ["eiendom"]),
        (at(2, 0, 0), ["bydrift", "eiendom"]),
        (at(4, 23, 59), ["bydrift", "eiendom"]),
        (at(5, 0, 0), ["eiendom"]),
    ],
)
def test_a_deputy_works_for_the_units_from_the_first_day_to_the_last(
    session, appoint, signed_in, ola, eva, moment, units
):
    token = signed_in(eva)
    appoint(ola, eva)
    assert signing_in.who_is(session, token, at=moment).unit_codes == units
    assert eva.own_unit_codes == ["eiendom"]


def test_a_deputyship_that_was_ended_counts_no_more(session, appoint, signed_in, ola, eva, ada, clock):
    token, made = signed_in(eva), appoint(ola, eva)
    deputies.end(session, ola, made.id, by=ada, at=clock())
    session.commit()
    assert signing_in.who_is(session, token, at=at(3, 12)).unit_codes == ["eiendom"]
    with pytest.raises(NotFound):
        deputies.end(session, ola, made.id, by=ada, at=clock())


def test_whoever_has_left_lends_nothing_to_a_deputy(session, appoint, signed_in, ola, eva, clock):
    token = signed_in(eva)
    appoint(ola, eva)
    ola.active = False
    session.commit()
    assert signing_in.who_is(session, token, at=at(3, 12)).unit_codes == ["eiendom"]


def test_a_deputy_who_became_another_role_gets_nothing(session, appoint, signed_in, ola, eva):
    token = signed_in(eva)
    appoint(ola, eva)
    eva.role = Role.CREW.value
    session.commit()
    assert signing_in.who_is(session, token, at=at(3, 12)).unit_codes == ["eiendom"]


def test_the_leader_hears_and_while_away_the_deputy(session, appoint, ola, eva, clock):
    ola.memberships[0].leader = True
    session.commit()
    appoint(ola, eva)
    assert [one.name for one in people.leaders_of(session, "bydrift", at=at(1, 12))] == ["Ola"]
    assert [one.name for one in people.leaders_of(session, "bydrift", at=at(2, 6))] == ["Eva"]
    assert [one.name for one in people.leaders_of(session, "bydrift", at=at(5, 0))] == ["Ola"]
    eva.active = False
    session.commit()
    assert [one.name for one in people.leaders_of(session, "bydrift", at=at(3, 12))] == ["Ola"]
    assert people.leaders_of(session, "eiendom", at=at(3, 12)) == []


def test_only_those_who_could_do_the_work_can_stand_in(appoint, make_staff, ola, per, kari, eva):
    gone = make_staff("Gro", Role.UNIT, "bydrift")
    gone.active = False
    for deputy, sentence in ((ola, "oneself"), (per, "another role"), (gone, "has left"), (None, "Choose who")):
        with pytest.raises(Invalid, match=sentence) as error:
            appoint(ola, deputy)
        assert list(error.value.fields) == ["deputy"]
    with pytest.raises(Invalid, match="another role"):
        appoint(kari, eva)


@pytest.mark.parametrize(
    ("first", "last"),
    [(None, LAST), (FIRST, None), (LAST, FIRST), (FIRST, date(2029, 1, 1)), (date(2026, 11, 1), date(2026, 11, 2))],
)
def test_days_that_cannot_be_are_refused_beside_their_field(appoint, ola, eva, first, last):
    with pytest.raises(Invalid) as error:
        appoint(ola, eva, first, last)
    assert list(error.value.fields) == ["last_day"]


def test_nobody_has_two_deputies_on_one_day(appoint, make_staff, ola, eva):
    appoint(ola, eva)
    mia = make_staff("Mia", Role.UNIT, "bydrift")
    with pytest.raises(Conflict, match=r"Eva stands in for Ola from December 2, 2026 to December 4, 2026 already|Eva"):
        appoint(ola, mia, LAST, date(2026, 12, 9))
    appoint(ola, mia, date(2026, 12, 5), date(2026, 12, 9))


def test_deputies_make_no_circle_and_no_chain(appoint, make_staff, ola, eva):
    mia = make_staff("Mia", Role.UNIT, "bydrift")
    appoint(ola, eva)
    with pytest.raises(Conflict, match="Eva stands in for Ola"):
        appoint(eva, ola)
    with pytest.raises(Conflict, match="Eva stands in for Ola"):
        appoint(eva, mia)
    with pytest.raises(Conflict, match="Ola is away"):
        appoint(mia, ola)
    appoint(eva, mia, date(2026, 12, 5), date(2026, 12, 6))


def test_who_was_named_by_whom_is_written_down(session, appoint, ola, eva, ada):
    appoint(ola, eva)
    [change] = session.scalars(select(StaffChange).where(StaffChange.staff_id == ola.id))
    assert (change.kind, change.by_id, change.data["deputy"]) == ("deputy", ada.id, eva.id)


def test_a_leavers_deputyships_go_to_the_colleague_who_takes_over_or_end(
    session, appoint, make_staff, ola, eva, ada, signed_in, clock
):
    mia = make_staff("Mia", Role.UNIT, "bydrift")
    token = signed_in(mia)
    appoint(ola, eva)
    assert leaving.theirs(session, eva, at=clock()).deputyships == 1
    leaving.leave(session, eva, heir_id=mia.id, by=ada, at=clock())
    session.commit()
    assert [(one.absent.name, one.deputy.name) for one in deputies.arranged(session, ola, at=clock())] == [
        ("Ola", "Mia")
    ]
    assert signing_in.who_is(session, token, at=at(3, 12)).unit_codes == ["bydrift"]
    leaving.leave(session, mia, heir_id=None, by=ada, at=clock())
    session.commit()
    assert deputies.arranged(session, ola, at=clock()) == []


def test_the_lead_of_a_unit_goes_to_a_colleague_who_belongs_to_it(session, make_staff, ola, eva, ada, clock):
    mia = make_staff("Mia", Role.UNIT, "bydrift")
    ola.memberships[0].leader = True
    session.commit()
    left = leaving.leave(session, ola, heir_id=mia.id, by=ada, at=clock())
    session.commit()
    assert left.leads == ("bydrift",)
    assert [one.name for one in people.leaders_of(session, "bydrift", at=clock())] == ["Mia"]
    mia.memberships.append(StaffUnit(unit_code="park_idrett", leader=True))
    session.commit()
    left = leaving.leave(session, mia, heir_id=eva.id, by=ada, at=clock())
    session.commit()
    assert leaving.unled(session, left.leads) == ["bydrift", "park_idrett"]


def test_nobody_who_cannot_do_the_work_takes_over(session, ola, per, ada, clock):
    with pytest.raises(Invalid, match="cannot take over"):
        leaving.leave(session, ola, heir_id=per.id, by=ada, at=clock())
    assert ola.active


def test_two_administrators_at_one_person_are_told(session, ada, ola, rules, clock):
    version = ola.version
    held = staff.held(session, ola.id, version=version)
    staff.change(session, held, name="Ola", role="unit", unit_codes=["eiendom"], rules=rules, by=ada, at=clock())
    session.commit()
    with pytest.raises(Conflict, match="Somebody else changed Ola just now"):
        staff.held(session, ola.id, version=version)
    [change] = session.scalars(select(StaffChange).where(StaffChange.staff_id == ola.id))
    assert change.data == {"units": [["bydrift"], ["eiendom"]]}


def test_nobody_ends_the_own_account_or_takes_the_own_role(session, ada, make_staff, rules, clock):
    make_staff("Bo", Role.ADMIN)
    with pytest.raises(Conflict, match="your own account"):
        staff.deactivate(session, ada, at=clock(), by=ada)
    with pytest.raises(Conflict, match="from yourself"):
        staff.change(session, ada, name="Ada", role="desk", unit_codes=[], rules=rules, by=ada, at=clock())
