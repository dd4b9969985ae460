"""Mine too on the pages: in the form with nothing lost, on a report's page, and the pages that mails lead to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from app.models import REPORTER, Actor, Notification, Photo, Report, Support
from app.models.links import follow_path, public_path, support_confirm_path, support_path, support_stop_path
from app.services import outgoing, supporting
from app.web.access_log import mask
from tests.application import NOON, SECRET, STORGATA
from tests.mail import text_of
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import jpeg

PLACE = {"lat": str(STORGATA[0]), "lon": str(STORGATA[1])}


@pytest.fixture
def form(client):
    return form_of(client.get("/").text, "/reports")


@pytest.fixture
def supported(client, session, make_report):
    """A report, and this browser's support of it."""
    report = make_report()
    form_of(client.get(public_path(report)).text, f"{public_path(report)}/support").send(client)
    return report, session.scalars(select(Support)).one()


def reports(session):
    return session.scalars(select(Report).order_by(Report.id)).all()


def press(form, name):
    """The form as sent by the button with this value."""
    return form.fill(do=name)


def test_the_form_comes_back_once_with_what_is_similar_on_top(client, session, form, make_report, clock):
    report = make_report(category="sweeping")
    clock.pass_(days=3)
    answer = form.fill(category="sweeping", description="Much sand", **PLACE).send(client)
    assert answer.status_code == 200
    assert "Is it this one?" in answer.text
    assert "Reported 3 days ago" in answer.text
    assert report.shown_reference in answer.text
    assert len(reports(session)) == 1
    again = form_of(answer.text, "/reports")
    assert again.fields["seen"] == [report.reference]
    assert again.fields["description"][0].strip() == "Much sand"
    assert again.send(client).status_code == 303
    assert len(reports(session)) == 2


def test_nothing_similar_costs_no_second_tap(client, session, form, make_report):
    make_report(category="sweeping", lat=69.66, lon=18.99)
    assert form.fill(category="sweeping", **PLACE).send(client).status_code == 303


def test_what_a_script_showed_is_not_shown_again(client, session, form, make_report):
    make_report(category="sweeping")
    assert form.fill(category="sweeping", asked="sweeping", seen="-", **PLACE).send(client).status_code == 303


def test_questions_and_similar_reports_come_in_one_round(client, session, form, make_report):
    make_report()
    answer = form.fill(category="lamp_dark", **PLACE).send(client)
    assert "Some questions belong to what you chose" in answer.text
    assert "Is it this one?" in answer.text
    assert form_of(answer.text, "/reports").send(client).status_code == 303


def test_another_kind_is_asked_about_anew(client, session, form, make_report):
    make_report(category="sweeping")
    make_report(category="ice")
    second = form_of(form.fill(category="sweeping", **PLACE).send(client).text, "/reports")
    answer = second.fill(category="ice").send(client)
    assert answer.status_code == 200
    assert len(reports(session)) == 2


def test_a_form_with_mistakes_shows_them_and_the_similar_ones_at_once(client, form, make_report):
    make_report(category="sweeping")
    answer = form.fill(category="sweeping", email="nonsense", **PLACE).send(client)
    assert answer.status_code == 422
    assert "Is it this one?" in answer.text


def test_one_tap_in_the_form_counts_and_needs_nothing_else(client, session, form, make_report):
    report = make_report(category="sweeping")
    answer = press(form.fill(category="sweeping"), f"support:{report.shown_reference}").send(client)
    assert answer.status_code == 200
    assert "Thank you. It is counted." in answer.text
    assert "2 people have told us" in answer.text
    session.refresh(report)
    assert report.support_count == 1
    assert len(reports(session)) == 1
    assert "gatami_device" in client.cookies


def test_a_second_tap_and_a_reload_count_nothing(client, session, form, make_report):
    report = make_report()
    for _ in range(3):
        press(form, f"support:{report.shown_reference}").send(client)
    session.refresh(report)
    assert report.support_count == 1


def test_on_with_my_own_report_has_everything_and_takes_the_tap_back(client, session, form, make_report):
    report = make_report(category="manhole", answers={"lid": "loose"})
    typed = {"description": "It is another one\nin the yard", "email": "me@example.org", "address": "By the door"}
    form.fill(category="manhole", answers__lid="loose", **typed, **PLACE)
    thanks = press(form, f"support:{report.shown_reference}").send(client, files=[("a.jpg", jpeg())])
    buttons = html.fromstring(thanks.text).xpath("//button[starts-with(@value, 'own:')]/@value")
    back = press(form_of(thanks.text, "/reports"), buttons[0]).send(client)
    kept = form_of(back.text, "/reports")
    for name, value in (typed | PLACE | {"category": "manhole", "answers.lid": "loose"}).items():
        assert [one.strip() for one in kept.fields[name]] == [value], name
    assert len(kept.fields["photos"]) == 1
    session.refresh(report)
    assert report.support_count == 0
    assert kept.send(client).status_code == 303, "what is similar has been seen"
    assert reports(session)[-1].description == typed["description"]


def test_a_report_that_was_mended_meanwhile_says_so_and_loses_nothing(client, session, form, make_report):
    report = make_report(category="sweeping")
    report.fix(actor=REPORTER, at=NOON)
    session.commit()
    form.fill(category="sweeping", description="Still there", **PLACE)
    answer = press(form, f"support:{report.shown_reference}").send(client)
    assert answer.status_code == 409
    assert "Then send a new report" in answer.text
    assert form_of(answer.text, "/reports").fields["description"][0].strip() == "Still there"


def test_the_sender_is_not_counted_for_the_own_report(client, session, form):
    form.fill(category="sweeping", **PLACE).send(client)
    (report,) = reports(session)
    page = form_of(client.get(public_path(report)).text, f"{public_path(report)}/support")
    thanks = client.get(page.send(client).headers["location"])
    assert "You sent this report yourself" in thanks.text
    session.refresh(report)
    assert report.support_count == 0


def test_who_comes_sixth_from_one_network_is_thanked_and_may_follow(client, session, form, make_report):
    report = make_report(category="sweeping")
    for _ in range(6):
        client.cookies.delete("gatami_device") if "gatami_device" in client.cookies else None
        answer = press(form, f"support:{report.shown_reference}").send(client)
    assert answer.status_code == 200
    assert "Thank you for telling us" in answer.text
    assert "You sent this report yourself" not in answer.text
    assert 'name="email"' in answer.text
    session.refresh(report)
    assert report.support_count == 5


def test_the_part_of_the_form_names_lamp_age_distance_and_others(client, session, make_report, clock):
    report = make_report(lat=STORGATA[0] + 12 / 111_500, lon=STORGATA[1], category="sweeping")
    report.support_count = 2
    session.commit()
    clock.pass_(days=3)
    part = client.get(f"/here?category=sweeping&lat={PLACE['lat']}&lon={PLACE['lon']}").text
    words = " ".join(html.fromstring(f"<div>{part}</div>").text_content().split())
    assert "Reported 3 days ago, 12 m away · Received · 2 others have told us too" in words
    assert f'name="seen" value="{report.reference}"' in part
    there = client.get(f"/here?category=sweeping&lat={report.lat}&lon={report.lon}").text
    assert "ago, at the same place" in there
    elsewhere = client.get("/here?category=sweeping&lat=69.70&lon=19.0").text
    assert 'name="seen" value="-"' in elsewhere
    assert 'name="seen"' not in client.get("/here?category=sweeping").text


def test_words_and_photos_stand_there_only_when_let_through(client, session, make_report):
    report = make_report(category="sweeping", description="At Kari's <b>door</b>")
    photo = Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64)
    session.add(photo)
    session.commit()
    address = f"/here?category=sweeping&lat={PLACE['lat']}&lon={PLACE['lon']}"
    part = client.get(address).text
    assert "Kari" not in part
    assert str(photo.id) not in part
    report.text_public = photo.public = True
    session.commit()
    part = client.get(address).text
    assert "At Kari&#39;s &lt;b&gt;door&lt;/b&gt;" in part
    assert f"/photos/{photo.id}-thumbnail.jpg" in part


def test_a_stranger_without_the_pages_token_counts_nothing(client, session, make_report):
    report = make_report()
    assert client.post(f"{public_path(report)}/support").status_code == 403
    client.get("/")
    assert client.post(f"{public_path(report)}/support", data={"csrf_token": "x"}).status_code == 403
    session.refresh(report)
    assert report.support_count == 0


def test_the_public_page_has_the_button_while_the_report_is_open(client, session, supported):
    report, _ = supported
    assert "1 other has reported the same" in client.get(public_path(report)).text
    report.fix(actor=REPORTER, at=NOON)
    session.commit()
    assert "Mine too" not in client.get(public_path(report)).text


def test_the_page_after_it_can_take_it_back(client, session, supported):
    report, mine = supported
    path = support_path(mine, secret=SECRET)
    answer = form_of(client.get(path).text, f"{path}/withdrawal").send(client)
    assert answer.headers["location"] == public_path(report)
    session.refresh(report)
    assert report.support_count == 0
    assert client.get(path).status_code == 404


def test_the_button_in_the_mail_works_for_the_own_report_after_it_was_taken_back(client, session, supported, form):
    _, mine = supported
    path = support_path(mine, secret=SECRET)
    form_of(client.get(path).text, f"{path}/email").fill(email="nina@example.org").send(client)
    form_of(client.get(path).text, f"{path}/withdrawal").send(client)
    assert client.get(path).status_code == 404
    form.fill(category="ice", answers__steep="hill", asked="ice", email="nina@example.org", **PLACE).send(client)
    session.expire_all()
    link = support_confirm_path(mine, secret=SECRET)
    page = client.get(link)
    assert "was taken back" in page.text
    answer = form_of(page.text, link).send(client)
    assert follow_path(reports(session)[-1], secret=SECRET) in answer.text
    session.expire_all()
    assert not mine.hears


def test_a_corrected_address_goes_on_with_the_same_tap(client, session, supported):
    report, mine = supported
    path = support_path(mine, secret=SECRET)
    for email in ("nnia@example.org", "nina@example.org"):
        answer = form_of(client.get(path).text, f"{path}/email").fill(email=email).send(client)
        path = answer.headers["location"]
        assert client.get(path).status_code == 200
    session.refresh(report)
    assert report.support_count == 1
    assert session.scalars(select(Support.email).where(Support.counted)).all() == ["nina@example.org"]


def test_an_address_is_asked_confirmed_and_stopped(client, session, supported, office, postbox):
    report, mine = supported
    path = support_path(mine, secret=SECRET)
    page = form_of(client.get(path).text, f"{path}/email")
    assert page.fill(email="nonsense").send(client).status_code == 422
    assert page.fill(email="nina@example.org").send(client).headers["location"] == path
    waiting = client.get(path).text
    assert "A mail has gone to this address" in waiting
    assert "Did no mail come?" in waiting, "the field is not offered anew right below"
    row = session.scalars(select(Notification)).one()
    outgoing.notify(office, notification_id=row.id)
    session.expire_all()
    confirm = support_confirm_path(mine, secret=SECRET)
    assert confirm in text_of(postbox.mails[0])
    asked = client.get(confirm)
    assert not mine.hears, "programs that scan mails open links"
    after = form_of(asked.text, confirm).send(client).headers["location"]
    assert after == f"{public_path(report)}?counted=1"
    page = client.get(after).text
    assert "You are counted." in page
    assert "One tap, and you are counted" not in page
    session.refresh(mine)
    assert mine.hears
    stop = support_stop_path(mine, secret=SECRET)
    page = client.get(stop)
    session.refresh(mine)
    assert mine.hears
    stopped = form_of(page.text, stop).send(client)
    assert stopped.headers["location"] == stop, "going back must not ask for the form again"
    assert "You get no more mails" in client.get(stop).text
    session.refresh(mine)
    assert mine.email is None
    assert not mine.hears


def test_the_answer_does_not_tell_who_is_known_here(client, session, supported, make_report, clock):
    _, mine = supported
    supporting.follow(session, mine, email="known@example.org", language="en", at=clock())
    supporting.confirm(session, mine, at=clock())
    session.commit()
    clock.pass_(hours=25)

    def answers(email):
        for _ in range(3):
            report = make_report()
            thanks = form_of(client.get(public_path(report)).text, f"{public_path(report)}/support").send(client)
            path = thanks.headers["location"]
            form_of(client.get(path).text, f"{path}/email").fill(email=email).send(client)
            yield html.fromstring(client.get(path).text).xpath("string(//div[@class='flash'])")

    known, stranger = list(answers("known@example.org")), list(answers("stranger@example.org"))
    assert "A mail has gone to this address" in known[0]
    assert set(known) == set(stranger) == {known[0]}


def test_a_mail_program_stops_with_one_click_and_others_need_the_page(client, session, supported, clock):
    _, mine = supported
    supporting.follow(session, mine, email="nina@example.org", language="en", at=clock())
    supporting.confirm(session, mine, at=clock())
    session.commit()
    stop = support_stop_path(mine, secret=SECRET)
    assert client.post(stop, data={"x": "1"}).status_code == 403
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    session.refresh(mine)
    assert mine.ended_at == NOON


def test_all_that_came_with_one_address_can_be_chosen_from(client, session, supported, make_report, clock):
    _, mine = supported
    other = supporting.support(
        session, make_report().reference, device="b", secret=SECRET, language="en", at=clock()
    ).support
    for one in (mine, other):
        supporting.follow(session, one, email="nina@example.org", language="en", at=clock())
    session.commit()
    path = support_confirm_path(mine, secret=SECRET)
    page = form_of(client.get(path).text, path)
    assert page.fields["mine"] == [f"support-{other.id}"]
    page.fill(mine=[]).send(client)
    session.expire_all()
    assert (mine.hears, other.hears) == (True, False)


def test_a_report_sent_with_the_address_on_the_same_day_is_confirmed_along(client, session, supported, clock, form):
    _, mine = supported
    supporting.follow(session, mine, email="nina@example.org", language="en", at=clock())
    session.commit()
    form.fill(category="ice", answers__steep="hill", asked="ice", email="nina@example.org", **PLACE).send(client)
    own = reports(session)[-1]
    path = support_confirm_path(mine, secret=SECRET)
    answer = form_of(client.get(path).text, path).send(client)
    assert follow_path(own, secret=SECRET) in answer.text
    session.expire_all()
    assert mine.hears


def test_the_page_after_a_tap_says_where_the_report_stands_and_what_comes_next(client, supported, kari, session, clock):
    report, mine = supported
    path = support_path(mine, secret=SECRET)
    assert "They read it by 1 December 2026 at the latest." in client.get(path).text
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    page = client.get(path).text
    assert "City operations (Bydrift) has the report." in page
    assert "Tell us here" not in page


@pytest.mark.parametrize("path", ["/support/{id}/x", "/confirm-support/{id}/x", "/stop-support/{id}/x", "/support/0/x"])
def test_a_guessed_link_opens_nothing(client, supported, path):
    _, mine = supported
    assert client.get(path.format(id=mine.id)).status_code == 404
    real = support_path(mine, secret=SECRET).rpartition("/")[2]
    assert client.get(f"/confirm-support/{mine.id}/{real}").status_code == 404, "each link is for one thing"


def test_secret_pages_are_not_kept_indexed_or_logged(client, supported):
    _, mine = supported
    path = support_path(mine, secret=SECRET)
    answer = client.get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"
    for one in (path, support_confirm_path(mine, secret=SECRET), support_stop_path(mine, secret=SECRET)):
        assert mask(one).endswith(f"/{mine.id}/***")


def test_the_cookie_is_for_this_only_and_scripts_cannot_read_it(client, make_report):
    client.get("/")
    assert "gatami_device" not in client.cookies, "only who sends something gets one"
    report = make_report()
    answer = form_of(client.get(public_path(report)).text, f"{public_path(report)}/support").send(client)
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("gatami_device")]
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert f"max-age={int(timedelta(days=180).total_seconds())}" in cookie.lower()


def test_a_flood_of_taps_is_told_when_to_come_back(client, session, form, make_report, state, settings):
    report = make_report()
    few = settings.model_copy(update={"limit_support_per_hour": 2})
    object.__setattr__(state, "settings", few)
    answers = [press(form, f"support:{report.shown_reference}").send(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 429]
    page = client.get(public_path(report)).text
    assert form_of(page, f"{public_path(report)}/support").send(client).status_code == 429


def test_other_sites_cannot_use_up_what_a_visitor_may_send(client, session, supported, state, settings):
    report, mine = supported
    object.__setattr__(state, "settings", settings.model_copy(update={"limit_support_per_hour": 4}))
    page, path = (
        form_of(client.get(public_path(report)).text, f"{public_path(report)}/support"),
        support_path(mine, secret=SECRET),
    )
    for address in (f"{public_path(report)}/support", f"{path}/email"):
        answers = [client.post(address, headers={"sec-fetch-site": "cross-site"}).status_code for _ in range(4)]
        assert answers == [403] * 4
    assert page.send(client).status_code == 303


def test_the_desk_the_unit_and_the_list_for_spreadsheets_show_how_many(
    supported, browser_of, kari, ola, session, rules, clock
):
    report, _ = supported
    desk = browser_of(kari)
    assert "1 other" in desk.look("/staff/queue")
    assert "1 other has reported the same" in desk.look(f"/staff/reports/{report.reference}")
    assert "Others who reported the same" in desk.get("/staff/reports/export.csv").text
    report.forward("bydrift", actor=REPORTER, at=NOON)
    session.commit()
    assert "1 other has reported the same" in browser_of(ola).look("/staff/inbox")


def test_the_support_does_not_show_who_it_was(supported, session, browser_of, kari, clock):
    report, mine = supported
    supporting.follow(session, mine, email="nina@example.org", language="en", at=clock())
    supporting.confirm(session, mine, at=clock())
    session.commit()
    desk = browser_of(kari)
    for page in (
        f"/staff/reports/{report.reference}",
        "/staff/queue",
        "/staff/deliveries",
        "/staff/reports/export.csv",
    ):
        assert "nina@example.org" not in desk.get(page).text
