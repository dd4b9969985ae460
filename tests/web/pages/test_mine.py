"""My reports with one address: asked for by e-mail, opened by one press, and nobody else's in it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select, text

from app.models import SYSTEM, PlaceFollow, Reporter, ResidentLink, ResidentSession, Support
from app.models.links import follow_path, follow_token
from app.services import mine, outgoing, place_confirming
from app.services.mailboxes import confirm_report
from tests.mail import html_of, text_of

NINA, ODD = "nina@example.com", "odd@example.com"


@pytest.fixture
def sent(make_report, session, clock):
    """A report of an address whose owner confirmed it."""

    def make(email=NINA, *, confirmed=True, **given):
        report = make_report(email=email, **given)
        if confirmed:
            confirm_report(report, at=clock())
        session.commit()
        return report

    return make


@pytest.fixture
def mailed(session, office, postbox):
    """Send what was asked for; gives the links in the mails, as their readers see them."""

    def send():
        postbox.mails.clear()
        for link_id in session.scalars(select(ResidentLink.id).where(ResidentLink.state == "pending")).all():
            outgoing.send_link(office, link_id=link_id)
        return [re.search(r"http://testserver(/mine/link/\S+)", text_of(mail)).group(1) for mail in postbox.mails]

    return send


@pytest.fixture
def browser(browser_of):
    return browser_of(None)


@pytest.fixture
def signed_in(browser_of, mailed):
    """A browser in which the owner of an address has used a link."""

    def sign_in(email=NINA):
        browser = browser_of(None)
        assert browser.submit("/mine/sign-in", email=email).status_code == 303
        (path,) = mailed()
        browser.look(path)
        assert browser.submit(path).headers["location"] == "/mine"
        return browser

    return sign_in


def reporter_of(session, report):
    """As it stands in the database now."""
    query = select(Reporter).where(Reporter.report_id == report.id)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def test_the_link_in_the_mail_opens_all_that_was_sent_with_the_address(sent, signed_in):
    mine_, other = sent("Nina@Example.com"), sent(ODD)
    page = signed_in(" nina@EXAMPLE.com ").look("/mine")
    assert mine_.shown_reference in page
    assert other.shown_reference not in page


def test_the_mail_says_what_it_is_and_holds_one_link_and_no_report(sent, browser, mailed, postbox):
    report = sent()
    browser.submit("/mine/sign-in", email=NINA)
    (path,) = mailed()
    (mail,) = postbox.mails
    assert mail["To"] == NINA
    assert mail["Subject"] == "Your link to your reports"
    for body in (text_of(mail), html_of(mail)):
        assert f"http://testserver{path}" in body
        assert "works once, and for 2 hours" in body
        assert report.shown_reference not in body


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(sent, browser, mailed, count_queries, session):
    sent()
    answers, counts = [], []
    for email in (NINA, "nobody@example.com"):
        with count_queries() as counted:
            answer = browser.submit("/mine/sign-in", email=email)
        counts.append(counted.number)
        page = browser.get(answer.headers["location"]).text
        answers.append((answer.status_code, answer.headers["location"], re.sub(r'value="[0-9a-f]{64}"', "", page)))
    assert answers[0] == answers[1]
    assert counts[0] == counts[1]
    assert len(mailed()) == 1
    # Nothing is kept of an address that nobody knows.
    assert session.scalars(select(func.lower(ResidentLink.email))).all() == [NINA]


@pytest.mark.parametrize("typed", ["", "nina", "nina@nowhere", "a@b.c\nBcc: x@y.z", "x" * 300 + "@example.com"])
def test_what_is_no_address_is_said_at_the_field(browser, typed, session):
    answer = browser.submit("/mine/sign-in", email=typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert session.scalar(select(func.count(ResidentLink.id))) == 0


def test_a_scanner_that_opens_the_link_does_not_use_it_up(sent, browser, mailed, session, client):
    sent()
    browser.submit("/mine/sign-in", email=NINA)
    (path,) = mailed()
    for method in ("GET", "HEAD", "GET"):
        answer = client.request(method, path)
        assert (answer.status_code, answer.headers["referrer-policy"]) == (200, "no-referrer")
        assert answer.headers["x-robots-tag"] == "noindex"
        assert "gatami_mine" not in answer.headers.get("set-cookie", "")
    assert client.post(path).status_code == 403
    assert session.scalar(select(func.count()).select_from(ResidentSession)) == 0
    browser.look(path)
    assert browser.submit(path).status_code == 303


def test_a_used_link_offers_a_new_one_with_one_press(sent, signed_in, browser, mailed, session):
    report = sent()
    browser.submit("/mine/sign-in", email=NINA)
    (path,) = mailed()
    browser.look(path)
    assert browser.submit(path).status_code == 303
    assert report.shown_reference in browser.look("/mine")
    for answer in (browser.get(path), browser.submit(path)):
        assert answer.status_code == 410
        assert "This link has been used." in answer.text
        assert f'action="{path}/again"' in answer.text
    assert browser.submit(f"{path}/again").headers["location"] == "/mine/sign-in?asked=1"
    (new,) = mailed()
    browser.look(new)
    assert browser.submit(new).status_code == 303


def test_a_link_is_too_old_after_two_hours(sent, browser, mailed, clock):
    sent()
    browser.submit("/mine/sign-in", email=NINA)
    (path,) = mailed()
    clock.pass_(hours=1, minutes=59)
    browser.look(path)
    clock.pass_(minutes=1)
    for answer in (browser.get(path), browser.submit(path)):
        assert answer.status_code == 410
        assert "This link is too old." in answer.text
    browser.submit(f"{path}/again")
    assert len(mailed()) == 1


@pytest.mark.parametrize("spoil", [lambda path: path + "x", lambda path: path[:-2], lambda _path: "/mine/link/x"])
def test_an_altered_link_says_so_and_offers_the_form(sent, browser, mailed, spoil, session):
    sent()
    browser.submit("/mine/sign-in", email=NINA)
    (path,) = mailed()
    answer = browser.get(spoil(path))
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
    assert 'action="/mine/sign-in"' in answer.text
    assert browser.submit(spoil(path)).status_code == 404
    assert browser.submit(spoil(path) + "/again").status_code == 404
    assert session.scalar(select(func.count()).select_from(ResidentSession)) == 0


def test_neither_link_nor_session_can_be_read_from_the_database(sent, signed_in, session, postbox):
    sent()
    browser = signed_in()
    token = browser.cookies["gatami_mine"]
    (mail,) = postbox.mails
    link = re.search(r"/mine/link/(\S+)", text_of(mail)).group(1)
    rows = session.execute(
        text("SELECT l::text, s::text, j::text FROM resident_link l, resident_session s, procrastinate_jobs j")
    )
    kept = "".join("".join(row) for row in rows)
    assert token not in kept
    assert link not in kept


def test_the_cookie_is_for_the_server_alone_and_new_at_each_sign_in(sent, browser, mailed, session):
    sent()
    browser.cookies.set("gatami_mine", "chosen by somebody else")
    cookies = []
    for _ in range(2):
        browser.submit("/mine/sign-in", email=NINA)
        (path,) = mailed()
        browser.look(path)
        answer = browser.submit(path)
        cookies.append(answer.headers["set-cookie"])
        browser.cookies.clear()
        browser.cookies.set("gatami_mine", re.search("gatami_mine=([^;]+)", cookies[-1]).group(1))
        browser.look("/mine")
    assert cookies[0] != cookies[1]
    assert "chosen" not in cookies[0]
    assert all("HttpOnly" in one and "SameSite=lax" in one and "Max-Age=2592000" in one for one in cookies)
    # The browser's earlier session ended with the new one.
    assert session.scalar(select(func.count()).select_from(ResidentSession)) == 1


def test_a_session_ends_after_thirty_days_and_when_its_owner_says_so(sent, signed_in, clock):
    report = sent()
    one, other = signed_in(), signed_in()
    one.look("/mine")
    assert one.submit("/mine/sign-out").headers["location"] == "/mine"
    assert report.shown_reference not in one.look("/mine")
    assert report.shown_reference in other.look("/mine")
    token = other.cookies["gatami_mine"]
    third = signed_in()
    third.look("/mine")
    third.submit("/mine/sign-out-everywhere")
    other.cookies.set("gatami_mine", token)
    assert report.shown_reference not in other.look("/mine")
    fourth = signed_in()
    clock.pass_(days=30)
    assert report.shown_reference not in fourth.look("/mine")


def test_signing_out_everywhere_ends_links_that_were_not_used(sent, signed_in, browser, mailed):
    sent()
    nina = signed_in()
    browser.submit("/mine/sign-in", email=NINA)
    (path,) = mailed()
    nina.look("/mine")
    nina.submit("/mine/sign-out-everywhere")
    assert browser.get(path).status_code == 404


def test_strangers_and_neighbours_change_nothing(sent, signed_in, browser, session, make_report, clock):
    report = sent()
    support = Support(
        report_id=make_report().id, key="k" * 64, created_at=clock(), asked_at=clock(), email=NINA, confirmed_at=clock()
    )
    waiting = sent(confirmed=False)
    session.add(support)
    session.commit()
    sent(ODD)
    odd = signed_in(ODD)
    odd.look("/mine")
    browser.look("/mine")
    paths = [
        (f"/mine/reports/{report.reference}/mails", {"mails": "off"}),
        (f"/mine/reports/{report.shown_reference}/mails", {"mails": "on"}),
        (f"/mine/supports/{support.id}/stop", {}),
        ("/mine/mails", {"mails": "off"}),
        ("/mine/language", {"language": "nb"}),
        ("/mine/confirmation", {"mine": waiting.reference}),
    ]
    for path, fields in paths:
        stranger = browser.submit(path, **fields)
        assert stranger.headers["location"] == "/mine/sign-in", path
        assert odd.post(path, data=fields).status_code == 403, path
    for path, fields in paths[:3]:
        assert odd.submit(path, **fields).status_code == 404, path
    for path, fields in paths[3:]:
        assert odd.submit(path, **fields).status_code == 303, path
    assert (reporter_of(session, report).stopped_at, reporter_of(session, report).language) == (None, "en")
    session.refresh(support)
    assert (support.email, support.language) == (NINA, "nb")
    assert reporter_of(session, waiting).confirmed_at is None


def test_what_a_stranger_may_have_sent_with_the_address_shows_nothing_until_its_owner_says_mine(
    sent, signed_in, session
):
    sent()
    waiting = sent(confirmed=False, description="Not for others")
    other = sent(confirmed=False)
    nina = signed_in()
    page = nina.look("/mine")
    assert f'value="{waiting.reference}"' in page
    assert follow_path(waiting, secret=b"a secret that only the tests know, and nobody else") not in page
    assert "Not for others" not in page
    nina.submit("/mine/confirmation", mine=waiting.reference)
    assert reporter_of(session, waiting).confirmed_at is not None
    assert reporter_of(session, other).confirmed_at is None
    assert nina.submit("/mine/confirmation").status_code == 303
    assert reporter_of(session, other).confirmed_at is None


def test_mails_are_stopped_and_started_for_one_report_and_for_all(sent, signed_in, session):
    one, two = sent(), sent()
    nina = signed_in()
    page = nina.look("/mine")
    assert page.count("You get mails about it.") == 2
    for _ in range(2):
        nina.submit(f"/mine/reports/{one.reference}/mails", mails="off")
    assert not reporter_of(session, one).hears
    assert reporter_of(session, two).hears
    assert nina.look("/mine").count("You get no mails about it.") == 1
    nina.submit("/mine/mails", mails="off")
    assert not reporter_of(session, two).hears
    nina.submit("/mine/mails", mails="on")
    assert reporter_of(session, one).hears
    assert reporter_of(session, two).hears


def test_the_language_of_mails_changes_for_all_that_is_ones_own(sent, signed_in, session):
    one, waiting = sent(), sent(confirmed=False)
    nina = signed_in()
    nina.look("/mine")
    nina.submit("/mine/language", language="nn")
    nina.submit("/mine/language", language="xx")
    assert reporter_of(session, one).language == "nn"
    assert reporter_of(session, waiting).language == "en"


def test_open_reports_come_first_then_the_newest_and_pages_follow_each_other(sent, signed_in, session, clock):
    reports = []
    for number in range(45):
        clock.pass_(minutes=1)
        reports.append(sent())
        if number % 2:
            reports[-1].fix(actor=SYSTEM, at=clock())
    session.commit()
    wanted = [one.shown_reference for one in sorted(reports, key=lambda one: (one.is_open, one.id), reverse=True)]
    nina, seen, path = signed_in(), [], "/mine"
    while path:
        page = nina.look(path)
        seen += re.findall(r'<span class="reference">([^<]+)</span>', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = older.group(1).replace("&amp;", "&") if older else ""
    assert seen == wanted
    for shown, count in (("open", 23), ("closed", 22)):
        page = nina.look(f"/mine?show={shown}")
        assert f"({count})" in page
        first = re.findall(r'<span class="reference">([^<]+)</span>', page)
        assert (
            first
            == [
                one for one in wanted if (one in {r.shown_reference for r in reports if r.is_open}) == (shown == "open")
            ][:20]
        )


def test_a_cursor_of_another_address_or_an_altered_one_is_refused(sent, signed_in):
    for _ in range(21):
        sent()
        sent(ODD)
    page = signed_in().look("/mine")
    older = re.search(r'rel="next" href="([^"]+)"', page).group(1).replace("&amp;", "&")
    assert signed_in(ODD).get(older).status_code == 400
    assert signed_in().get(older + "x").status_code == 400


def test_what_others_reported_and_places_stand_beside_it(sent, signed_in, session, make_report, clock):
    theirs, hidden = make_report(), make_report()
    for number, report in enumerate((theirs, hidden)):
        given = {"created_at": clock(), "asked_at": clock(), "email": NINA, "confirmed_at": clock()}
        session.add(Support(report_id=report.id, key=str(number) * 64, **given))
    hidden.hidden_at = clock()
    session.execute(
        text(
            "INSERT INTO place_follow"
            " (nonce, email, label, lat, lon, radius, shape, created_at, asked_at, confirmed_at)"
            " VALUES ('n', :email, 'Rundt skolen', 69.65, 18.95, 300, 'POINT(18.95 69.65)', now(), now(), now())"
        ),
        {"email": NINA},
    )
    session.commit()
    nina = signed_in()
    page = nina.look("/mine")
    assert f'href="/reports/{theirs.shown_reference}"' in page
    assert f'href="/reports/{hidden.shown_reference}"' not in page
    assert "Rundt skolen" in page
    assert session.scalars(select(PlaceFollow)).one().email == NINA
    support = session.scalars(select(Support).where(Support.report_id == theirs.id)).one()
    nina.submit(f"/mine/supports/{support.id}/stop")
    assert f'href="/reports/{theirs.shown_reference}"' not in nina.look("/mine")


def test_an_address_that_comes_back_is_said_and_works_again_by_a_new_link(sent, signed_in, session, clock):
    report = sent()
    nina = signed_in()
    reporter_of(session, report).bounced_at = clock()
    session.commit()
    assert "Mails to this address come back" in nina.look("/mine")
    again = signed_in()
    assert reporter_of(session, report).bounced_at is None
    assert "Mails to this address come back" not in again.look("/mine")


def test_only_a_few_mails_a_day_go_to_one_address(sent, browser, mailed, session, clock):
    sent()
    got = 0
    for _ in range(8):
        browser.submit("/mine/sign-in", email=NINA)
        got += len(mailed())
    assert got == 5
    clock.pass_(hours=5)
    browser.submit("/mine/sign-in", email=NINA)
    assert len(mailed()) == 1


def test_one_mail_a_day_goes_to_an_address_that_nobody_confirmed(sent, browser, mailed, clock):
    sent(confirmed=False)
    got = 0
    for _ in range(3):
        browser.submit("/mine/sign-in", email=NINA)
        got += len(mailed())
    assert got == 1


def test_one_network_asks_for_a_limited_number_of_mails(browser):
    codes = [browser.submit("/mine/sign-in", email=f"a{number}@example.com").status_code for number in range(31)]
    assert codes == [303] * 30 + [429]


def test_a_mail_that_failed_is_sent_again_with_a_link_that_works(
    sent, browser, mailed, session, postbox, clock, office
):
    sent()
    browser.submit("/mine/sign-in", email=NINA)
    postbox.recipient_answers = ["451 Later"]
    assert mailed() == []
    clock.pass_(hours=3)
    (path,) = mailed()
    browser.look(path)
    assert browser.submit(path).status_code == 303


def test_no_address_stands_in_an_address_line_or_in_the_log(sent, signed_in, caplog, postbox):
    sent()
    with caplog.at_level("INFO"):
        browser = signed_in()
        browser.look("/mine?show=closed")
    (mail,) = postbox.mails
    link = re.search(r"/mine/link/(\S+)", text_of(mail)).group(1)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("gatami", "app"))]
    assert any("/mine/link/***" in line for line in ours)
    assert not any(link in line or "example.com" in line for line in ours)


def test_the_page_is_not_kept_by_caches_and_asks_few_questions(sent, signed_in, count_queries):
    for _ in range(3):
        sent()
    nina = signed_in()
    with count_queries() as few:
        answer = nina.get("/mine")
    assert answer.headers["cache-control"] == "no-store"
    for _ in range(12):
        sent()
        sent(confirmed=False)
    with count_queries() as many:
        nina.get("/mine")
    assert many.number <= 12
    assert many.number - few.number <= 1  # What waits brings its history along.


def test_the_device_learns_how_its_reports_stand_by_one_question(sent, client, session, clock, count_queries, state):
    one, two = sent(), sent()
    two.fix(actor=SYSTEM, at=clock())
    session.commit()
    good = [follow_path(report, secret=state.secret) for report in (one, two)]
    stolen = f"/follow/{one.shown_reference}/{follow_token(two, secret=state.secret)}"
    links = [*good, stolen, "/follow/2026-999999-9/x", "nonsense", "/mine"]
    with count_queries() as counted:
        answer = client.post("/mine/statuses", data={"links": "\n".join(links)})
    assert counted.number == 1
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()["reports"]
    assert [one and one["words"] for one in told] == ["Received", "Fixed", None, None, None, None]
    assert set(told[0]) == {"status", "words", "kind"}
    assert client.post("/mine/statuses", data={}).json() == {"reports": []}
    assert client.get("/mine/statuses").status_code == 405
    assert len(client.post("/mine/statuses", data={"links": "x\n" * 5000}).json()["reports"]) == 200


def test_without_script_the_page_offers_the_link_by_mail(client):
    page = client.get("/mine").text
    assert 'action="/mine/sign-in"' in page
    assert "does not run our script" in page


def test_sessions_of_an_address_are_found_whatever_its_spelling(sent, signed_in, session):
    sent("Nina@Example.com")
    signed_in("NINA@example.com")
    mine.sign_out_everywhere(session, "nina@EXAMPLE.com")
    assert session.scalar(select(func.count()).select_from(ResidentSession)) == 0
    assert session.scalars(select(Reporter.email)).all() == ["Nina@example.com"]


@pytest.fixture
def waiting(session, make_report, clock):
    """A place and a "mine too" that wait for the owner of an address."""

    def make(email=NINA):
        given = {"created_at": clock(), "asked_at": clock(), "email": email}
        support = Support(report_id=make_report().id, key=email.ljust(64, "k"), **given)
        place = {"label": "Rundt skolen", "lat": 69.65, "lon": 18.95, "radius": 300, "shape": "POINT(18.95 69.65)"}
        follow = PlaceFollow(**place, **given)
        session.add_all([support, follow])
        session.commit()
        return support, follow

    return make


def test_signing_in_is_enough_to_say_yes_to_what_waits(waiting, signed_in, session):
    support, follow = waiting()
    nina = signed_in()
    page = nina.look("/mine")
    assert "Yes, write to me about this place" in page
    assert "Yes, write to me about this report" in page
    assert not support.hears
    assert not follow.hears
    for path in (f"/mine/supports/{support.id}/answer", f"/mine/places/{follow.id}/answer"):
        assert f'action="{path}"' in page
        assert nina.get(path).status_code == 405, "opening an address changes nothing"
        assert nina.post(path, data={"answer": "yes"}).status_code == 403
        assert nina.submit(path, answer="yes").headers["location"] == "/mine"
    session.expire_all()
    assert support.hears
    assert follow.hears
    assert "Yes, write to me about" not in nina.look("/mine")


def test_what_waits_is_removed_with_its_address(waiting, signed_in, session):
    support, follow = waiting()
    nina = signed_in()
    nina.look("/mine")
    for path in (f"/mine/supports/{support.id}/answer", f"/mine/places/{follow.id}/answer"):
        assert nina.submit(path, answer="no").headers["location"] == "/mine"
        assert nina.submit(path, answer="yes").status_code == 404
    session.expire_all()
    assert (support.email, follow.email) == (None, None)
    assert "Rundt skolen" not in nina.look("/mine")


def test_nobody_answers_for_another_address(waiting, signed_in, browser, session):
    support, follow = waiting()
    waiting(ODD)
    odd = signed_in(ODD)
    odd.look("/mine")
    browser.look("/mine")
    for path in (f"/mine/supports/{support.id}/answer", f"/mine/places/{follow.id}/answer"):
        for answer in ("yes", "no"):
            assert odd.submit(path, answer=answer).status_code == 404
            assert browser.submit(path, answer=answer).headers["location"] == "/mine/sign-in"
    session.expire_all()
    assert (support.email, follow.email) == (NINA, NINA)
    assert (support.confirmed_at, follow.confirmed_at) == (None, None)


def test_a_place_too_many_is_said_and_still_waits(waiting, signed_in, session, monkeypatch):
    _, follow = waiting()
    nina = signed_in()
    nina.look("/mine")
    monkeypatch.setattr(place_confirming, "MOST_PLACES", 0)
    nina.submit(f"/mine/places/{follow.id}/answer", answer="yes")
    assert "You follow 0 places already." in nina.look("/mine")
    session.expire_all()
    assert follow.waits
