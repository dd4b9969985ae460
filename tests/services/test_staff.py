"""Staff: who is added, how an invitation is accepted, what ends a session."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import Conflict, Gone, Invalid, NotFound
from app.models import Role, Staff, StaffSession
from app.services import invitations, passwords, signing_in, staff
from tests.mail import text_of

GOOD = "lykt tran skrue vott"


@pytest.fixture
def add(session, rules, clock):
    def add(email="nils@tromso.example", *, name="Nils", role="unit", unit_codes=("bydrift",)):
        added = staff.add(session, email=email, name=name, role=role, unit_codes=unit_codes, rules=rules, at=clock())
        session.commit()
        return added

    return add


def sign_in(session, clock, password=GOOD, email="nils@tromso.example"):
    return signing_in.sign_in(session, email, password, at=clock(), hours=12)


def test_somebody_new_cannot_sign_in_before_a_password_is_chosen(session, add, clock):
    add()
    for password in ("", "None", GOOD):
        with pytest.raises(Invalid):
            sign_in(session, clock, password)


def test_a_unit_that_the_rules_file_does_not_have_is_refused_by_name(add):
    with pytest.raises(Invalid) as error:
        add(unit_codes=["bydrift", "moon_office"])
    assert "no unit moon_office" in str(error.value)
    assert "eiendom" in str(error.value)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "nils"}, "email"),
        ({"email": "nils@tromso.example\nBcc: x@y.no"}, "email"),
        ({"name": "  "}, "name"),
        ({"role": "king"}, "role"),
        ({"unit_codes": []}, "unit"),
        ({"role": "crew", "unit_codes": []}, "unit"),
    ],
)
def test_each_mistake_is_named_beside_its_field(add, given, field):
    with pytest.raises(Invalid) as error:
        add(**given)
    assert list(error.value.fields) == [field]


def test_an_address_is_on_the_list_once_in_whatever_case(session, add):
    add()
    with pytest.raises(Conflict, match="on the list already"):
        add("NILS@tromso.example")
    assert len(session.scalars(select(Staff)).all()) == 1


def test_an_invitation_opens_the_door_once(session, add, clock):
    token = staff.invite(add(), at=clock())
    staff.accept_invitation(session, token, GOOD, at=clock())
    assert sign_in(session, clock)
    with pytest.raises(NotFound):
        staff.accept_invitation(session, token, "another " + GOOD, at=clock())


def test_only_the_hash_of_an_invitation_is_kept(add, clock):
    nils = add()
    token = staff.invite(nils, at=clock())
    assert len(token) >= 43
    assert token not in str(vars(nils))


def test_an_invitation_is_over_after_72_hours(session, add, clock):
    token = staff.invite(add(), at=clock())
    clock.pass_(hours=71, minutes=59)
    assert staff.invitation(session, token, at=clock()).name == "Nils"
    clock.pass_(minutes=1)
    with pytest.raises(Gone):
        staff.accept_invitation(session, token, GOOD, at=clock())


def test_a_new_invitation_ends_the_one_before(session, add, clock):
    nils = add()
    first, second = staff.invite(nils, at=clock()), staff.invite(nils, at=clock())
    with pytest.raises(NotFound):
        staff.invitation(session, first, at=clock())
    assert staff.invitation(session, second, at=clock()) is nils


def test_a_new_password_ends_every_session_and_an_open_invitation(session, add, clock):
    nils = add()
    staff.set_password(session, nils, GOOD, at=clock())
    browser, token = sign_in(session, clock), staff.invite(nils, at=clock())
    staff.set_password(session, nils, "sol måne stjerne tåke", at=clock())
    assert signing_in.who_is(session, browser, at=clock()) is None
    with pytest.raises(NotFound):
        staff.invitation(session, token, at=clock())


def test_ones_own_password_is_changed_by_who_knows_the_old_one(session, add, clock):
    nils = add()
    staff.set_password(session, nils, GOOD, at=clock())
    with pytest.raises(Invalid) as error:
        staff.change_password(session, nils, current="wrong", new="sol måne stjerne tåke", at=clock())
    assert list(error.value.fields) == ["current"]
    staff.change_password(session, nils, current=GOOD, new="sol måne stjerne tåke", at=clock())
    assert sign_in(session, clock, "sol måne stjerne tåke")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "kort",
        "elleve tegn",
        "passordpassord",
        "PassordPassord1!",
        "Passord123456",
        "Sommer2026!!",
        "12345678901234",
        "987654321098",
        "qwertyuiopåasd",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "Tromsø 2026 !!",
        "Servicetorget1",
        "my nils password",
        "nils@tromso.example",
        "x" * 201 + "yzæø",
    ],
)
def test_a_password_that_is_short_common_or_the_own_address_is_refused(password):
    with pytest.raises(Invalid) as error:
        passwords.check(password, email="nils@tromso.example")
    assert list(error.value.fields) == ["password"]


@pytest.mark.parametrize("password", [GOOD, "håpefulle lykter", "T7!kvaløysletta", "🌌🌊🏔🌲🐟🦀🐳🦌🚤⛵🌙⭐"])
def test_a_long_password_of_ones_own_is_taken(password):
    passwords.check(password, email="nils@tromso.example")


def test_somebody_who_left_is_out_at_once_and_cannot_come_back_by_an_old_link_or_password(session, add, clock):
    nils = add()
    staff.set_password(session, nils, GOOD, at=clock())
    browser, token = sign_in(session, clock), staff.invite(nils, at=clock())
    staff.deactivate(session, nils, at=clock())
    session.commit()
    assert signing_in.who_is(session, browser, at=clock()) is None
    assert session.scalars(select(StaffSession)).one().revoked_at == clock()
    with pytest.raises(NotFound):
        staff.accept_invitation(session, token, GOOD, at=clock())
    with pytest.raises(Conflict):
        staff.invite(nils, at=clock())
    staff.reactivate(nils, at=clock())
    with pytest.raises(Invalid):
        sign_in(session, clock)


def test_the_last_administrator_stays(session, add, ada, clock, rules):
    for leave in (
        lambda: staff.deactivate(session, ada, at=clock()),
        lambda: staff.change(session, ada, name="Ada", role="desk", unit_codes=[], rules=rules, at=clock()),
    ):
        with pytest.raises(Conflict, match="last administrator"):
            leave()
    add("second@tromso.example", role="admin", unit_codes=())
    staff.deactivate(session, ada, at=clock())
    assert not ada.active


def test_units_and_role_can_be_changed_and_a_unit_that_left_the_rules_file_may_stay(session, clock, rules, make_staff):
    nils = make_staff("Nils", Role.UNIT, "abolished", "bydrift")
    staff.change(
        session, nils, name="Nils  Hansen", role="crew", unit_codes=["abolished", "eiendom"], rules=rules, at=clock()
    )
    session.commit()
    session.expire_all()
    assert (nils.name, nils.role, nils.unit_codes) == ("Nils Hansen", "crew", ["abolished", "eiendom"])


def test_an_invitation_is_mailed_with_its_link_and_time_in_the_persons_language(add, clock, rules, mailing, postbox):
    nils = add()
    invited = invitations.send(nils, staff.invite(nils, at=clock()), settings=mailing, rules=rules, at=clock())
    assert invited.mailed
    [mail] = postbox.mails
    assert invited.link in text_of(mail)
    assert mail["To"] == "nils@tromso.example"
    assert mail["Content-Language"] == "nb"
    assert "3. desember 2026" in text_of(mail)


def test_without_a_mail_server_the_link_is_for_who_invites(add, clock, rules, settings):
    nils = add()
    token = staff.invite(nils, at=clock())
    invited = invitations.send(nils, token, settings=settings, rules=rules, at=clock())
    assert (invited.link, invited.mailed, invited.why("en")) == (
        f"http://testserver/staff/invitations/{token}",
        False,
        "",
    )
    assert not settings.mail_dir.exists()


def test_a_mail_that_is_refused_says_why_and_leaves_the_link(add, clock, rules, mailing, postbox):
    postbox.recipient_answers = ["550 no such person"]
    nils = add()
    invited = invitations.send(nils, staff.invite(nils, at=clock()), settings=mailing, rules=rules, at=clock())
    assert not invited.mailed
    assert "does not take mail for this address" in invited.why("en")


def test_an_invitation_waits_exactly_three_days():
    assert timedelta(days=3) == staff.INVITED_FOR
