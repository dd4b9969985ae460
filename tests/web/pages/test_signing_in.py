"""Signing in and out, as staff and as somebody who tries to get in."""

from datetime import timedelta

import pytest

from app.models import Role
from app.services import signing_in


@pytest.fixture
def with_password(kari, session):
    kari.password_hash = signing_in.hasher.hash("a lamp in the polar night")
    session.commit()
    return kari


def sign_in(browser, password="a lamp in the polar night", **more):
    return browser.submit("/staff/sign-in", email="kari@tromso.example", password=password, **more)


def test_the_right_password_opens_the_staff_pages(browser_of, with_password):
    browser = browser_of(None)
    assert sign_in(browser).headers["location"] == "/staff"
    assert browser.get("/staff").headers["location"] == "/staff/day"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser_of, with_password):
    cookie = sign_in(browser_of(None)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_wrong_password_and_an_unknown_address_read_the_same(browser_of, with_password):
    browser = browser_of(None)
    wrong = sign_in(browser, "wrong")
    unknown = browser.submit("/staff/sign-in", email="nobody@tromso.example", password="wrong")
    assert wrong.status_code == unknown.status_code == 422
    sentence = "The e-mail address or the password is wrong."
    assert sentence in wrong.text
    assert sentence in unknown.text
    assert 'value="kari@tromso.example"' in wrong.text


def test_after_ten_attempts_even_the_right_password_waits_fifteen_minutes(browser_of, with_password, clock):
    browser = browser_of(None)
    for _ in range(10):
        assert sign_in(browser, "wrong").status_code == 422
    assert sign_in(browser).status_code == 429
    clock.pass_(minutes=16)
    assert sign_in(browser).status_code == 303


def test_signing_in_often_locks_nobody_out(browser_of, with_password):
    for _ in range(12):
        assert sign_in(browser_of(None)).status_code == 303


def test_signing_out_ends_the_session_on_the_server(browser_of, with_password):
    browser = browser_of(None)
    sign_in(browser)
    stolen = browser.cookies["gatami_session"]
    browser.token = _token(browser)
    browser.submit("/staff/sign-out")
    browser.cookies.set("gatami_session", stolen)
    assert browser.get("/staff").headers["location"].startswith("/staff/sign-in")


def _token(browser):
    """The form's token after signing in is bound to the new session."""
    from app.web.security import csrf_token
    from tests.application import SECRET

    return csrf_token(browser.cookies["gatami_session"], secret=SECRET)


def test_a_session_ends_by_itself(browser_of, with_password, clock):
    browser = browser_of(None)
    sign_in(browser)
    clock.pass_(hours=13)
    assert browser.get("/staff").headers["location"].startswith("/staff/sign-in")


def test_somebody_who_left_is_out_at_once(browser_of, kari, session):
    browser = browser_of(kari)
    kari.active = False
    session.commit()
    assert browser.get("/staff").status_code == 303
    assert "/staff/sign-in" in browser.get("/staff").headers["location"]


def test_revoking_ends_every_session_of_a_person(browser_of, kari, session, clock):
    browser = browser_of(kari)
    signing_in.revoke_sessions(session, kari, at=clock() + timedelta(seconds=1))
    session.commit()
    assert "/staff/sign-in" in browser.get("/staff").headers["location"]


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/staff//evil.example", "/staff\\evil"])
def test_the_way_back_never_leads_to_another_site(browser_of, with_password, target):
    assert sign_in(browser_of(None), next=target).headers["location"] == "/staff"


def test_a_form_without_the_token_is_refused(client, with_password):
    answer = client.post("/staff/sign-in", data={"email": "kari@tromso.example", "password": "x"})
    assert answer.status_code == 403


def test_a_form_from_another_site_is_refused_even_with_the_token(browser_of, with_password):
    browser = browser_of(None)
    answer = browser.post(
        "/staff/sign-in",
        data={"csrf_token": browser.token, "email": "a@b.no", "password": "x"},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.DESK, "/staff/day"),
        (Role.ADMIN, "/staff/day"),
        (Role.UNIT, "/staff/inbox"),
        (Role.CREW, "/staff/route-lists"),
    ],
)
def test_each_role_starts_where_its_work_waits(browser_of, make_staff, role, home):
    assert browser_of(make_staff("Nils", role)).get("/staff").headers["location"] == home
