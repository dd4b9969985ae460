"""Reports for callers: by number, in the order of a call, with a slip, and what came by which channel."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, text

from app.models import Notification, Report, Reporter, Support, Update, UpdateKind
from app.models.links import follow_path
from app.queries.callers import phone_digits
from app.services import forgetting, upkeep
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.storage.pictures import encoded
from tests.web.pages.forms import form_of

NUMBER = "77 00 00 99"


@pytest.fixture
def desk(browser_of, kari):
    """Kari's browser."""
    return browser_of(kari)


def take_in(desk, path="/staff/reports/new", **given):
    """Fill in the form for a caller and send it."""
    there = {"lat": str(STORGATA[0]), "lon": str(STORGATA[1])} if "address" not in given else {}
    form = form_of(desk.look(path), "/staff/reports/new").fill(**{"category": "lamp_dark", **there, **given})
    return desk.post(form.action, data=form.fields)


def newest(session) -> Report:
    return session.scalars(select(Report).order_by(Report.id.desc()).limit(1)).one()


def test_the_kind_is_found_by_any_word_for_it(desk):
    desk.look("/staff/reports/new")
    hits = desk.submit("/staff/reports/new/kinds", words="lyktestolpe").json()["hits"]
    assert hits[0]["code"] == "lamp_dark"
    assert {"code", "shown", "detail"} == set(hits[0])


def test_without_script_the_button_takes_the_best_kind_and_asks_its_questions(desk):
    form = form_of(desk.look("/staff/reports/new"), "/staff/reports/new").fill(kind="pothole", description="Deep")
    answer = desk.post("/staff/reports/new", data={**form.fields, "do": "kind"})
    filled = form_of(answer.text, "/staff/reports/new").fields
    assert filled["category"] == ["pothole"]
    assert filled["description"][0].strip() == "Deep"
    assert "answers.size" in answer.text


def test_what_is_reported_there_already_is_shown_while_the_caller_talks(desk, make_report):
    there = make_report()
    desk.look("/staff/reports/new")
    place = {"category": "lamp_dark", "lat": STORGATA[0], "lon": STORGATA[1]}
    page = desk.submit("/staff/reports/new/around", **place).text
    assert there.shown_reference in page
    assert "That is mine too" in page


def test_the_caller_is_counted_on_the_report_that_is_there(session, desk, kari, make_report):
    there = make_report()
    form = form_of(desk.look("/staff/reports/new"), "/staff/reports/new").fill(email="nina@example.org", name="Nina")
    for _ in range(2):
        answer = desk.post("/staff/reports/new", data={**form.fields, "do": f"support:{there.shown_reference}"})
        assert answer.headers["location"] == f"/staff/reports/{there.reference}"
    session.expire_all()
    assert (there.support_count, session.scalars(select(Support.email)).all()) == (1, ["nina@example.org"])
    assert session.scalars(select(Notification.kind)).all() == ["support"]
    took = session.scalars(select(Update).where(Update.kind == UpdateKind.CALLER_TOO.value)).all()
    assert [(one.staff_id, one.public) for one in took] == [(kari.id, False)]
    assert len(session.scalars(select(Report)).all()) == 1


def test_a_report_that_is_closed_cannot_be_the_callers_too(session, desk, make_report):
    form = form_of(desk.look("/staff/reports/new"), "/staff/reports/new").fill(description="Dark again")
    answer = desk.post("/staff/reports/new", data={**form.fields, "do": "support:2026-000001-0"})
    assert answer.status_code == 404
    assert "Dark again" in answer.text


@pytest.mark.parametrize("typed", ["77000099", "+47 77 00 00 99", "0047 77000099", "77 00 00 99"])
def test_a_callers_earlier_reports_are_found_by_any_spelling_of_the_number(desk, typed):
    take_in(desk, phone=NUMBER, name="Nina Nordmann")
    desk.look("/staff/reports/new")
    page = desk.submit("/staff/reports/new/caller", phone=typed).text
    assert "Nina Nordmann" in page
    assert 'data-status="new"' in page


def test_a_number_is_never_part_of_an_address(desk):
    take_in(desk, phone=NUMBER, name="Nina")
    page = desk.look("/staff/reports/new")
    assert 'method="post"' in page
    assert desk.get(f"/staff/reports/new/caller?phone={NUMBER}").status_code in {404, 405}
    form = form_of(page, "/staff/reports/new").fill(phone=NUMBER)
    shown = desk.post("/staff/reports/new", data={**form.fields, "do": "caller"})
    assert "Earlier reports: Nina" in shown.text
    assert "77" not in str(shown.url)


@pytest.mark.parametrize("typed", ["", "12", "abc", "+47"])
def test_what_is_no_number_finds_nobody(desk, typed):
    take_in(desk, name="Nina")
    desk.look("/staff/reports/new")
    assert "Nina" not in desk.submit("/staff/reports/new/caller", phone=typed).text
    assert phone_digits(typed) is None


def test_the_database_and_the_search_agree_on_digits(session, desk):
    for number in ("+47 77 00 00 99", "77-00-00-99", "02800", "0047 770 00 099"):
        take_in(desk, phone=number)
        reporter = session.scalars(select(Reporter).order_by(Reporter.id.desc()).limit(1)).one()
        assert session.scalar(select(Reporter.phone_digits).where(Reporter.id == reporter.id)) == phone_digits(number)


def test_a_person_who_was_erased_is_no_earlier_caller(session, desk, now):
    from app.models import SYSTEM

    take_in(desk, phone=NUMBER, name="Nina")
    report = newest(session)
    forgetting.forget(session, [report.id], at_wish=True, actor=SYSTEM, at=now)
    session.commit()
    desk.look("/staff/reports/new")
    assert report.shown_reference not in desk.submit("/staff/reports/new/caller", phone=NUMBER).text
    assert session.scalar(select(Reporter.phone_digits)) is None


def test_a_reports_page_shows_what_else_the_same_person_reported(session, desk):
    take_in(desk, phone=NUMBER)
    first = newest(session)
    take_in(desk, phone="+4777000099", description="Another one")
    page = desk.look(f"/staff/reports/{newest(session).reference}")
    assert "Other reports with the same phone or e-mail" in page
    assert first.shown_reference in page
    assert "Taken in by Kari" in page


@pytest.mark.parametrize("who", ["ola", "per", None])
def test_nobody_but_the_desk_takes_in_or_looks_for_callers(request, browser_of, session, desk, who):
    take_in(desk, phone=NUMBER, name="Nina")
    report = newest(session)
    other = browser_of(request.getfixturevalue(who) if who else None)
    paths = ("new", f"{report.reference}/receipt", f"{report.reference}/slip")
    for path in (*(f"/staff/reports/{one}" for one in paths), "/staff/channels", "/staff/channels/export.csv"):
        answer = other.get(path)
        assert answer.status_code in {303, 403, 404}, path
        assert "Nina" not in answer.text
    for noun in ("caller", "around", "kinds", ""):
        answer = other.submit(f"/staff/reports/new/{noun}".rstrip("/"), phone=NUMBER, words="x")
        assert answer.status_code in {303, 403}, noun
        assert "Nina" not in answer.text


def test_photos_come_along(session, desk):
    form = form_of(desk.look("/staff/reports/new"), "/staff/reports/new")
    given = form.fill(category="lamp_dark", address="Storgata").fields
    files = [("photo_files", ("a.jpg", encoded("JPEG"), "image/jpeg"))]
    answer = desk.post("/staff/reports/new", data=given, files=files)
    assert answer.status_code == 303, answer.text[:300]
    assert session.scalar(text("SELECT count(*) FROM photo WHERE report_id IS NOT NULL")) == 1


def test_another_one_from_the_same_caller_keeps_who(session, desk):
    take_in(desk, phone=NUMBER, name="Nina", email="nina@example.org", channel="counter", language="en")
    receipt = desk.look(f"/staff/reports/{newest(session).reference}/receipt")
    again = re.search(r'href="([^"]*same_caller=[^"]*)"', receipt).group(1)
    assert "nina" not in again.lower()
    filled = form_of(desk.look(again), "/staff/reports/new").fields
    assert (filled["name"], filled["phone"], filled["email"]) == (["Nina"], [NUMBER], ["nina@example.org"])
    assert filled["description"][0].strip() == ""
    assert (filled["channel"], filled["language"]) == (["counter"], ["en"])


def test_the_receipt_sends_it_on_at_once(session, desk):
    answer = take_in(desk, phone=NUMBER)
    page = desk.look(answer.headers["location"])
    path = f"/staff/reports/{newest(session).reference}/forwarding"
    sent = form_of(page, path)
    assert desk.post(path, data=sent.fields).status_code == 303
    session.expire_all()
    assert newest(session).status == "forwarded"


def slip_of(browser, report) -> str:
    return browser.look(f"/staff/reports/{report.reference}/slip")


def test_the_slip_for_the_counter_leads_to_the_owners_page(session, desk):
    take_in(desk, channel="counter")
    page = slip_of(desk, newest(session))
    assert "<svg" in page
    assert "only for you" in page
    assert follow_path(newest(session), secret=SECRET) not in page
    assert newest(session).shown_reference in page


def test_a_slip_printed_later_by_another_or_for_a_phone_holds_no_secret(session, desk, browser_of, make_staff, clock):
    from app.models import Role

    take_in(desk, channel="counter")
    report = newest(session)
    lise = browser_of(make_staff("Lise", Role.DESK))
    assert "only for you" not in slip_of(lise, report)
    clock.pass_(hours=3)
    assert "only for you" not in slip_of(desk, report)
    take_in(desk, channel="phone")
    assert "only for you" not in slip_of(desk, newest(session))


def test_a_private_kind_has_no_code_on_a_callers_slip(session, desk, rules):
    private = next(one.code for one in rules.categories.values() if one.private and not one.questions)
    take_in(desk, category=private, channel="phone", description="About a person")
    page = slip_of(desk, newest(session))
    assert 'class="slip__qr"' not in page
    assert "not shown to others" in page


def test_a_residents_own_report_has_no_slip(desk, make_report):
    assert desk.get(f"/staff/reports/{make_report().reference}/slip").status_code == 404


def test_the_receipt_mail_says_who_wrote_it_down(session, desk, office, postbox):
    from app.services import outgoing
    from tests.mail import text_of

    take_in(desk, email="nina@example.org", language="en")
    outgoing.notify(office, notification_id=session.scalar(select(Notification.id)))
    words = text_of(postbox.mails[0])
    assert "The service desk wrote it down for you" in words
    assert "press the button" in words


def by_channel(desk) -> list[str]:
    return desk.get("/staff/channels/export.csv").text.lstrip("\ufeff").splitlines()


def test_channels_are_counted_by_month_exactly_before_and_after_folding(session, desk, office, rules, clock):
    take_in(desk, channel="counter")
    take_in(desk, channel="phone")
    take_in(desk, channel="phone")
    clock.pass_(days=5)
    draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1], reporter=ReporterDraft())
    submit_report(session, draft, rules=rules, at=clock())
    session.commit()
    wanted = ["2026-12;1;0;0;0;0;1", "2026-11;0;0;2;1;0;3"]
    assert by_channel(desk)[1:] == wanted
    upkeep.fold_tallies(office)
    assert by_channel(desk)[1:] == wanted
    session.execute(text("UPDATE report SET channel = 'email' WHERE channel = 'counter'"))
    session.commit()
    assert by_channel(desk)[2] == "2026-11;0;0;2;0;1;3"
    page = desk.look("/staff/channels")
    assert "67" in page
    assert "33" in page


def test_the_page_of_a_report_with_earlier_ones_asks_little(desk, session, count_queries):
    for _ in range(8):
        take_in(desk, phone=NUMBER, email="nina@example.org")
    path = f"/staff/reports/{newest(session).reference}"
    desk.look(path)
    with count_queries() as counted:
        desk.look("/staff/reports/new")
    assert counted.number <= 12
