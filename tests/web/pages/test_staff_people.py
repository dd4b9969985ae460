"""Units, staff, invitations and one's own account in the browser, as each of the people who may or may not."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models import Role, SavedFilter, Staff, StaffSession
from app.services import signing_in, staff, triage
from app.web.security import csrf_token
from tests.application import SECRET

GOOD = "lykt tran skrue vott"
NILS = {"email": "nils@tromso.example", "name": "Nils", "role": "crew", "unit": ["bydrift", "eiendom"]}


def nils_of(session):
    session.expire_all()
    return session.scalar(select(Staff).where(Staff.email == "nils@tromso.example"))


def signed_in_with(browser, session, clock, who, password=GOOD):
    """A session opened with a password."""
    token = signing_in.sign_in(session, who.email, password, at=clock(), hours=12)
    session.commit()
    browser.cookies.set("gatami_session", token)
    browser.token = csrf_token(token, secret=SECRET)
    return browser


@pytest.fixture
def with_password(session, clock):
    def give(who):
        staff.set_password(session, who, GOOD, at=clock())
        session.commit()
        return who

    return give


WRITES = [
    "/staff/people",
    "/staff/people/{id}",
    "/staff/people/{id}/invitation",
    "/staff/people/{id}/departure",
    "/staff/people/{id}/return",
]


@pytest.mark.parametrize("path", WRITES)
def test_only_an_administrator_changes_who_works_here(path, browser_of, session, kari, ola, per, eva):
    address = path.format(id=eva.id)
    for colleague in (kari, ola, per):
        assert browser_of(colleague).submit(address, **NILS).status_code == 403
    stranger = browser_of(None).submit(address, **NILS)
    assert stranger.headers["location"].startswith("/staff/sign-in")
    session.refresh(eva)
    assert (eva.active, eva.name, eva.invite_hash) == (True, "Eva", None)
    assert nils_of(session) is None


def test_an_administrator_adds_somebody_who_then_chooses_a_password_and_signs_in(browser_of, session, ada):
    page = browser_of(ada).submit("/staff/people", **NILS)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "No mail server is set up" in page.text
    link = re.search(r'value="http://testserver(/staff/invitations/[\w-]+)"', page.text).group(1)
    assert nils_of(session).unit_codes == ["bydrift", "eiendom"]

    browser = browser_of(None)
    assert "nils@tromso.example" in browser.look(link)
    assert browser.submit(link, password=GOOD, again=GOOD).headers["location"] == "/staff/sign-in"
    assert "Your password is saved." in browser.look("/staff/sign-in")
    answer = browser.submit("/staff/sign-in", email="nils@tromso.example", password=GOOD)
    assert answer.headers["location"] == "/staff"


@pytest.fixture
def link_for(session, clock):
    def link(who):
        token = staff.invite(who, at=clock())
        session.commit()
        return f"/staff/invitations/{token}"

    return link


def test_looking_at_an_invitation_uses_nothing_up(browser_of, session, eva, link_for):
    link = link_for(eva)
    browser = browser_of(None)
    for _ in range(3):
        browser.look(link)
    assert browser.head(link).status_code in {200, 405}
    session.refresh(eva)
    assert eva.password_hash is None
    assert eva.invite_hash is not None


def test_an_invitation_cannot_be_used_from_another_site_or_without_its_token(browser_of, session, eva, link_for):
    link = link_for(eva)
    browser = browser_of(None)
    assert browser.post(link, data={"password": GOOD, "again": GOOD}).status_code == 403
    wrong = "/staff/invitations/" + "x" * 43
    assert browser.submit(wrong, password=GOOD, again=GOOD).status_code == 404
    session.refresh(eva)
    assert eva.password_hash is None


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("kort", "kort", "too short"),
        (GOOD, GOOD + "x", "not the same"),
        ("eva@tromso.example", "eva@tromso.example", "must not be a part"),
    ],
)
def test_a_password_that_is_not_taken_says_why_and_the_link_stays_good(
    browser_of, eva, link_for, password, again, sentence
):
    link = link_for(eva)
    browser = browser_of(None)
    answer = browser.submit(link, password=password, again=again)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert password not in re.findall(r'value="([^"]*)"', answer.text) or "@" in password
    assert browser.submit(link, password=GOOD, again=GOOD).status_code == 303


def test_a_used_or_old_link_says_what_to_do(browser_of, eva, link_for, clock):
    link = link_for(eva)
    clock.pass_(hours=73)
    old = browser_of(None).get(link)
    assert (old.status_code, "Ask your administrator for a new one." in old.text) == (410, True)
    used = browser_of(None).get("/staff/invitations/never")
    assert (used.status_code, "Ask your administrator for a new one." in used.text) == (404, True)
    assert used.headers["referrer-policy"] == "no-referrer"
    assert used.headers["cache-control"] == "no-store"


def test_mistakes_in_the_form_are_shown_and_what_was_typed_stays(browser_of, ada, session):
    answer = browser_of(ada).submit("/staff/people", email="nils", name="Nils Holm", role="unit")
    assert answer.status_code == 422
    assert 'value="Nils Holm"' in answer.text
    assert "must look like name@example.com" in answer.text
    assert "belongs to at least one unit" in answer.text
    unknown = browser_of(ada).submit("/staff/people", **{**NILS, "unit": "moon_office"})
    assert unknown.status_code == 422
    assert "no unit moon_office" in unknown.text
    taken = browser_of(ada).submit("/staff/people", **{**NILS, "email": "ADA@tromso.example"})
    assert taken.status_code == 409
    assert "on the list already" in taken.text


def test_an_administrator_changes_a_persons_units(browser_of, ada, ola, session):
    browser = browser_of(ada)
    assert 'value="bydrift" checked' in browser.look(f"/staff/people/{ola.id}")
    browser.submit(f"/staff/people/{ola.id}", name="Ola Nordmann", role="unit", unit="eiendom")
    session.refresh(ola)
    assert (ola.name, ola.unit_codes) == ("Ola Nordmann", ["eiendom"])
    browser.submit(f"/staff/people/{ola.id}", name="Ola Nordmann", role="desk", unit="eiendom")
    session.expire_all()
    assert (ola.role, ola.unit_codes) == ("desk", [])


def test_somebody_who_is_let_go_is_out_with_the_next_click_and_can_be_taken_back(browser_of, ada, ola, session):
    his, hers = browser_of(ola), browser_of(ada)
    his.look("/staff/inbox")
    hers.submit(f"/staff/people/{ola.id}/departure")
    assert his.get("/staff/inbox").headers["location"].startswith("/staff/sign-in")
    assert "Take back" in hers.look(f"/staff/people/{ola.id}")
    assert hers.submit(f"/staff/people/{ola.id}/invitation").status_code == 409
    hers.submit(f"/staff/people/{ola.id}/return")
    session.refresh(ola)
    assert ola.active
    assert hers.submit(f"/staff/people/{ola.id}/invitation").status_code == 200


def test_the_last_administrator_cannot_leave(browser_of, ada, session):
    answer = browser_of(ada).submit(f"/staff/people/{ada.id}/departure")
    assert answer.status_code == 409
    assert "Ada is the last administrator" in answer.text
    session.refresh(ada)
    assert ada.active


def test_the_desk_sees_units_with_channels_counts_and_people_but_no_way_to_change_them(
    browser_of, kari, ola, per, ada, make_report, session
):
    make_report()  # A report that nobody has forwarded waits at no unit.
    report = make_report()
    report.unit_code = "bydrift"
    session.commit()
    page = browser_of(kari).look("/staff/units")
    bydrift = page[page.index('id="unit-bydrift"') :]
    bydrift = bydrift[: bydrift.index("</section>")]
    assert "1 open report<" in bydrift
    assert "Ola" in bydrift
    assert "Per" in bydrift
    assert "Inbox in GataMi" in bydrift
    assert "/staff/people" not in page
    assert f'href="/staff/people/{ola.id}"' in browser_of(ada).look("/staff/units")
    for colleague in (ola, per):
        assert browser_of(colleague).get("/staff/units").status_code == 403


@pytest.mark.parametrize("path", ["/staff/units", "/staff/people", "/staff/account"])
def test_pages_ask_few_questions_however_many_people_there_are(path, browser_of, ada, make_staff, count_queries):
    for number in range(20):
        make_staff(f"Nils{number}", Role.CREW, "bydrift", "eiendom")
    browser = browser_of(ada)
    with count_queries() as counted:
        browser.look(path)
    assert counted.number <= 8


def test_everybody_has_an_account_page_with_own_name_and_language(browser_of, per, session):
    browser = browser_of(per)
    assert 'value="Per"' in browser.look("/staff/account")
    browser.submit("/staff/account", name="Per Vinter", language="nb")
    session.refresh(per)
    assert (per.name, per.language) == ("Per Vinter", "nb")
    assert "Min konto" in browser.look("/staff/account")
    assert browser.submit("/staff/account", name="", language="nb").status_code == 422
    assert browser.submit("/staff/account", name="Per", language="tlh").status_code == 422


def test_nobody_makes_himself_administrator_from_the_account_page(browser_of, per, session):
    browser_of(per).submit("/staff/account", name="Per", language="nb", role="admin", unit="eiendom", email="x@y.no")
    session.expire_all()
    assert (per.role, per.unit_codes, per.email) == ("crew", ["bydrift"], "per@tromso.example")


def test_a_new_password_keeps_this_browser_and_ends_all_others(browser_of, with_password, kari, session, clock):
    with_password(kari)
    here = signed_in_with(browser_of(kari), session, clock, kari)
    elsewhere = signed_in_with(browser_of(kari), session, clock, kari)
    new = "sol måne stjerne tåke"
    assert here.submit("/staff/account/password", current="wrong", password=new, again=new).status_code == 422
    assert here.submit("/staff/account/password", current=GOOD, password=new, again=new).status_code == 303
    assert "signed out everywhere else" in here.look("/staff/account")
    assert elsewhere.get("/staff/account").headers["location"].startswith("/staff/sign-in")


def test_the_old_password_cannot_be_guessed_in_a_browser_left_open(browser_of, with_password, kari):
    browser = browser_of(with_password(kari))
    new = "sol måne stjerne tåke"
    for _ in range(10):
        assert browser.submit("/staff/account/password", current="wrong", password=new, again=new).status_code == 422
    answer = browser.submit("/staff/account/password", current=GOOD, password=new, again=new)
    assert answer.status_code == 429


def test_signing_out_everywhere_ends_all_sessions_of_this_person_only(
    browser_of, with_password, kari, ola, session, clock
):
    with_password(kari)
    here, there = (signed_in_with(browser_of(None), session, clock, kari) for _ in range(2))
    other = browser_of(ola)
    assert "in 2 browsers" in here.look("/staff/account")
    assert here.submit("/staff/account/sessions").headers["location"] == "/staff/sign-in"
    assert there.get("/staff/account").headers["location"].startswith("/staff/sign-in")
    assert other.get("/staff/account").status_code == 200


def test_the_address_of_an_invitation_is_not_written_down(browser_of, eva, link_for, caplog):
    link = link_for(eva)
    with caplog.at_level("INFO"):
        browser_of(None).look(link)
    written = [record.getMessage() for record in caplog.records if record.name.startswith("gatami")]
    assert any("GET /staff/invitations/***" in line for line in written)
    assert not any(link in line for line in written)


def test_a_colleague_stands_in_from_one_day_to_another_and_finds_the_units_reports(
    browser_of, session, ada, ola, eva, make_report, decide, rules, clock
):
    report = make_report()
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    clock.pass_(minutes=1)
    admin, deputy = browser_of(ada), browser_of(eva)
    days = {"first_day": clock.now.date().isoformat(), "last_day": clock.now.date().isoformat()}
    assert deputy.get(f"/staff/inbox/{report.reference}").status_code == 404
    admin.look(f"/staff/people/{ola.id}")
    assert admin.submit(f"/staff/people/{ola.id}/deputies", deputy=eva.id, **days).status_code == 303
    assert "Eva stands in" in admin.look(f"/staff/people/{ola.id}")
    assert report.shown_reference in deputy.look("/staff/inbox")
    deputy.look(f"/staff/inbox/{report.reference}")
    assert deputy.submit(f"/staff/inbox/{report.reference}/taking").status_code == 303
    assert "You stand in for Ola" in deputy.look("/staff/account")
    clock.pass_(days=1)
    assert deputy.get(f"/staff/inbox/{report.reference}").status_code == 404
    assert deputy.submit(f"/staff/inbox/{report.reference}/repair").status_code == 404


def test_what_cannot_be_arranged_is_said_on_the_persons_page(browser_of, ada, ola, per, clock):
    admin, day = browser_of(ada), clock.now.date().isoformat()
    answer = admin.submit(f"/staff/people/{ola.id}/deputies", deputy=per.id, first_day=day, last_day=day)
    assert answer.status_code == 422
    assert "Per has another role" in answer.text
    for nonsense in ({}, {"deputy": "x"}, {"deputy": "9" * 30}, {"deputy": ola.id, "first_day": "soon"}):
        assert admin.submit(f"/staff/people/{ola.id}/deputies", **nonsense).status_code == 422


def test_a_page_that_is_out_of_date_saves_nothing_and_keeps_what_was_typed(browser_of, session, ada, ola):
    admin, typed = browser_of(ada), {"name": "Ola N.", "role": "unit", "unit": "bydrift"}
    version = re.search(r'name="version" value="(\d+)"', admin.look(f"/staff/people/{ola.id}")).group(1)
    assert admin.submit(f"/staff/people/{ola.id}", version=version, **typed).status_code == 303
    answer = admin.submit(f"/staff/people/{ola.id}", version=version, **{**typed, "name": "Ola X."})
    assert answer.status_code == 409
    assert "Somebody else changed Ola N. just now" in answer.text
    assert 'value="Ola X."' in answer.text
    session.refresh(ola)
    assert ola.name == "Ola N."


def test_a_leader_is_named_and_everything_done_to_a_person_is_listed_with_who_did_it(browser_of, session, ada, ola):
    admin = browser_of(ada)
    admin.submit(f"/staff/people/{ola.id}", name="Ola", role="unit", unit="bydrift", leads="bydrift")
    session.refresh(ola)
    assert ola.leads == ["bydrift"]
    page = admin.look(f"/staff/people/{ola.id}")
    assert "Ada · Leads: – → City operations (Bydrift)." in page
    assert "Leads the unit" in admin.look("/staff/units")


def test_sessions_are_listed_and_one_is_ended_at_once(browser_of, session, ada, eva, clock, with_password):
    with_password(eva)
    phone = browser_of(None)
    phone.submit("/staff/sign-in", email=eva.email, password=GOOD)
    lost = session.scalars(select(StaffSession).where(StaffSession.staff_id == eva.id)).one()
    lost.device = "Firefox, Android"
    session.commit()
    assert phone.get("/staff/account").status_code == 200
    admin, own = browser_of(ada), browser_of(eva)
    assert "Firefox, Android" in admin.look(f"/staff/people/{eva.id}")
    assert "Firefox, Android" in own.look("/staff/account")
    assert "This browser" in own.look("/staff/account")
    assert own.submit(f"/staff/account/sessions/{lost.number}").status_code == 303
    assert phone.get("/staff/account").status_code == 303
    assert own.get("/staff/account").status_code == 200
    assert own.submit(f"/staff/account/sessions/{lost.number}").status_code == 404
    assert admin.submit(f"/staff/people/{eva.id}/sessions").status_code == 303
    assert own.get("/staff/account").status_code == 303


def test_nobody_ends_somebody_elses_session_from_the_own_account(browser_of, session, ola, eva):
    browser_of(eva)
    theirs = session.scalars(select(StaffSession).where(StaffSession.staff_id == eva.id)).one()
    assert browser_of(ola).submit(f"/staff/account/sessions/{theirs.number}").status_code == 404
    session.refresh(theirs)
    assert theirs.revoked_at is None


def test_an_invitation_is_withdrawn_and_its_link_is_dead(browser_of, ada, eva, link_for):
    link, admin = link_for(eva), browser_of(ada)
    assert "The link is good until" in admin.look(f"/staff/people/{eva.id}")
    assert admin.submit(f"/staff/people/{eva.id}/invitation/end").status_code == 303
    assert browser_of(None).get(link).status_code == 404
    assert admin.submit(f"/staff/people/{eva.id}/invitation/end").status_code == 409


def test_a_leavers_work_is_shown_and_given_to_a_colleague(browser_of, session, ada, kari, make_staff, clock):
    jon = make_staff("Jon", Role.DESK)
    session.add_all(
        [
            SavedFilter(owner_id=kari.id, name="Snow", shared=True, query={}, created_at=clock()),
            SavedFilter(owner_id=jon.id, name="snow", query={}, created_at=clock()),
        ]
    )
    session.commit()
    admin = browser_of(ada)
    assert "1 filter that the desk shares" in admin.look(f"/staff/people/{kari.id}")
    assert admin.submit(f"/staff/people/{kari.id}/departure", heir=jon.id).status_code == 303
    session.expire_all()
    assert not kari.active
    names = session.scalars(select(SavedFilter.name).where(SavedFilter.owner_id == jon.id)).all()
    assert sorted(names) == [f"Snow ({kari.id})", "snow"]
    assert "To Jon" in admin.look(f"/staff/people/{kari.id}")


def test_an_administrator_looks_up_which_reports_somebody_opened(browser_of, ada, kari, make_report):
    report = make_report()
    browser_of(kari).look(f"/staff/reports/{report.reference}")
    page = browser_of(ada).look(f"/staff/people/{kari.id}/sights")
    assert report.shown_reference in page
    assert browser_of(kari).get(f"/staff/people/{kari.id}/sights").status_code == 403
