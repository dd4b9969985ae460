"""The reporter corrects the own report: what may be changed when, and what others see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.models import REPORTER, Actor, Delivery, Notification, Report
from app.models.links import confirm_path, follow_path, stop_path
from app.services import outgoing
from tests.application import SECRET, Clock
from tests.mail import html_of, text_of
from tests.web.pages.forms import Form, form_of
from tests.web.pages.test_follow import reload

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.models import Staff


@pytest.fixture
def report(make_report: Callable[..., Report]) -> Report:
    return make_report(description="Odd drives into it", email="me@example.com", name="Nina", lat=69.6492, lon=18.9553)


@pytest.fixture
def path(report: Report) -> str:
    return follow_path(report, secret=SECRET)


@pytest.fixture
def form(client: TestClient, path: str) -> Callable[[], Form]:
    """The form as it stands on the page now."""
    return lambda: form_of(client.get(f"{path}/correction").text, f"{path}/correction")


def send(client: TestClient, form: Form):
    return client.post(form.action, data=form.fields)


def test_saving_without_a_change_changes_nothing(client: TestClient, session: Session, report, path, form) -> None:
    assert send(client, form()).headers["location"] == path
    assert "You changed nothing." in client.get(path).text
    assert [update.kind for update in reload(session, report).updates] == ["submitted"]


def test_new_words_are_hidden_until_the_desk_has_read_them_and_the_desk_sees_the_old_ones(
    client: TestClient, session: Session, report, path, form, kari: Staff, browser_of
) -> None:
    report.text_public = True
    session.commit()
    assert send(client, form().fill(description="A lorry drives into it")).status_code == 303
    after = reload(session, report)
    assert (after.description, after.text_public) == ("A lorry drives into it", False)
    page = client.get(path).text
    assert "You corrected the report: what you wrote." in page
    assert "Odd drives" not in page
    desk = browser_of(kari).look(f"/staff/reports/{report.reference}")
    assert "Odd drives into it" in desk
    line = after.updates[-1]
    assert "Odd" not in str(line.data)
    assert line.note.public is False


def test_a_unit_does_not_read_what_was_taken_back(
    client: TestClient, session: Session, report, form, kari: Staff, ola: Staff, browser_of, clock: Clock
) -> None:
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    send(client, form().fill(description="A lorry drives into it"))
    page = browser_of(ola).look(f"/staff/inbox/{report.shown_reference}")
    assert "A lorry drives into it" in page
    assert "Odd drives" not in page


def test_another_place_and_kind_give_another_unit_and_date_while_it_is_new(
    client: TestClient, session: Session, report, form, rules
) -> None:
    before = (report.proposed_unit_code, report.due_at)
    asked = send(client, form().fill(category="playground"))
    assert "These questions belong to the kind you chose." in asked.text
    chosen = "no"
    answered = form_of(asked.text, asked.request.url.path).fill(answers__danger=chosen)
    assert send(client, answered).status_code == 303
    after = reload(session, report)
    assert (after.category_code, after.answers[0]["value"]) == ("playground", chosen)
    assert after.proposed_unit_code != before[0]
    assert after.due_at != before[1]
    assert send(client, form().fill(lat="69.6500", lon="18.9600")).status_code == 303
    assert (reload(session, report).lat, reload(session, report).lon) == (69.65, 18.96)
    assert [update.data["what"] for update in reload(session, report).updates[1:]] == [
        ["category", "answers"],
        ["place"],
    ]


def test_the_kind_stays_when_a_unit_has_it_and_the_place_when_a_crew_drives(
    client: TestClient, session: Session, report, form, kari: Staff, clock: Clock
) -> None:
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    refused = send(client, form().fill(category="pavement", asked="pavement"))
    assert refused.status_code == 422
    assert "its kind can no longer be changed" in refused.text
    report = reload(session, report)
    report.schedule(actor=Actor.of(kari), at=clock(), route_list_id=1)
    session.commit()
    refused = send(client, form().fill(lat="69.66", lon="18.96"))
    assert refused.status_code == 422
    assert "A crew is on its way to the place." in refused.text
    assert reload(session, report).lat == 69.6492


def test_a_place_outside_and_a_number_that_is_none_are_named_at_their_fields(
    client: TestClient, session: Session, report, form
) -> None:
    for place in ({"lat": "59.91", "lon": "10.75"}, {"lat": "north", "lon": "1"}):
        refused = send(client, form().fill(description="New words", **place))
        assert refused.status_code == 422
        assert 'href="#position"' in refused.text
        assert "New words" in refused.text
    assert reload(session, report).description == "Odd drives into it"


def test_who_was_second_keeps_what_was_typed(
    client: TestClient, session: Session, report, path, form, kari: Staff, clock: Clock
) -> None:
    old = form().fill(description="My words")
    clock.pass_(minutes=1)
    reload(session, report).note(actor=Actor.of(kari), at=clock(), words="We look at it", public=True)
    session.commit()
    refused = send(client, old)
    assert refused.status_code == 409
    assert "What you wrote is still here." in refused.text
    again = form_of(refused.text, f"{path}/correction")
    assert again.fields["description"][0].strip() == "My words"
    assert send(client, again).status_code == 303
    assert reload(session, report).description == "My words"


def test_a_new_address_must_be_confirmed_and_the_old_one_hears_nothing_more(
    client: TestClient, session: Session, report, path, form, clock: Clock
) -> None:
    reload(session, report).reporter.confirm(at=clock())
    session.commit()
    old_link = confirm_path(reload(session, report), "me@example.com", secret=SECRET)
    assert send(client, form().fill(email="new@example.com")).status_code == 303
    assert "A mail has gone to the new address, now or within the last day." in client.get(path).text
    after = reload(session, report)
    assert (after.reporter.email, after.reporter.hears) == ("new@example.com", False)
    assert after.updates[-1].data == {"what": ["contact"]}
    assert client.get(old_link).status_code == 404
    mails = session.scalars(select(Notification).where(Notification.update_id == after.updates[-1].id)).all()
    assert sorted(mail.kind for mail in mails) == ["moved", "receipt"]
    link = confirm_path(after, "new@example.com", secret=SECRET)
    confirm = form_of(client.get(link).text, link)
    client.post(link, data=confirm.fields)
    assert reload(session, report).reporter.hears
    assert session.scalars(select(Delivery)).all() == []


def test_the_same_address_in_capitals_stays_confirmed(
    client: TestClient, session: Session, report, form, clock: Clock
) -> None:
    reload(session, report).reporter.confirm(at=clock())
    session.commit()
    send(client, form().fill(email="ME@example.com", phone="77 00 00 00"))
    assert reload(session, report).reporter.hears


def test_one_link_cannot_make_us_write_to_many_addresses(client: TestClient, session: Session, report, form) -> None:
    answers = [send(client, form().fill(email=f"victim{number}@example.com")) for number in range(7)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [422] * 2
    assert "The e-mail address was changed many times today." in answers[-1].text


def receipts(session: Session, report: Report) -> int:
    """How many mails with the button wait now; those that wait are taken as sent."""
    waiting = Notification.report_id == report.id, Notification.kind == "receipt", Notification.state == "pending"
    rows = session.scalars(select(Notification).where(*waiting)).all()
    for row in rows:
        row.state = "sent"
    session.commit()
    return len(rows)


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_mail_with_the_button_comes_again_but_not_twice_a_day_to_any_address(
    client: TestClient, session: Session, report, path, clock: Clock, make_report, confirmed: bool
) -> None:
    if confirmed:
        make_report(email="me@example.com").reporter.confirm(at=clock())
        session.commit()
    page = client.get(path).text
    assert "We send at the most one such mail a day." in page
    again = form_of(page, f"{path}/confirmation")
    assert receipts(session, report) == 1
    said = []
    for hours in (1, 1, 30):
        clock.pass_(hours=hours)
        for _ in range(3):
            client.post(again.action, data=again.fields)
        said.append((receipts(session, report), "now or within the last day" in client.get(path).text))
    assert said == [(0, True), (0, True), (1, True)]


def test_moving_a_report_to_and_fro_sends_a_confirmed_address_one_mail_a_day(
    client: TestClient, session: Session, report, path, form, clock: Clock, make_report
) -> None:
    make_report(email="victim@example.com").reporter.confirm(at=clock())
    receipts(session, report)
    clock.pass_(hours=30)
    said, to_victim = [], 0
    for email in ("victim@example.com", "x@example.com", "victim@example.com", "y@example.com", "Victim@example.com"):
        assert send(client, form().fill(email=email)).status_code == 303
        said.append(next(line for line in client.get(path).text.splitlines() if "within the last day" in line).strip())
        to_victim += receipts(session, report) * email.lower().startswith("victim")
    assert to_victim == 1
    assert len(set(said)) == 1


def test_a_mail_that_waits_for_one_address_does_not_go_to_the_next(
    client: TestClient, session: Session, report, form, make_report, office, postbox
) -> None:
    make_report(email="victim@example.com")
    send(client, form().fill(email="victim@example.com"))
    for row in session.scalars(select(Notification).where(Notification.state == "pending")).all():
        outgoing.notify(office, notification_id=row.id)
    assert [mail["To"] for mail in postbox.mails] == ["victim@example.com"], "the day's one"


def test_the_owner_of_the_address_before_hears_of_the_change_and_of_nothing_else(
    client: TestClient, session: Session, report, form, clock: Clock, office, postbox
) -> None:
    report.reporter.language = "en"
    report.reporter.confirm(at=clock())
    session.commit()
    old_stop = stop_path(reload(session, report), secret=SECRET)
    receipts(session, report)
    send(client, form().fill(email="thief@example.com"))
    for row in session.scalars(select(Notification).where(Notification.state == "pending")).all():
        outgoing.notify(office, notification_id=row.id)
    last = next(mail for mail in postbox.mails if mail["To"] == "me@example.com")
    words = text_of(last)
    assert "Phone the service desk: " in words
    assert "thief" not in words + html_of(last)
    assert "/follow/" not in words + html_of(last)
    assert len([mail for mail in postbox.mails if mail["To"] == "me@example.com"]) == 1
    session.expire_all()
    assert session.scalars(select(Notification.former_email).where(Notification.kind == "moved")).one() is None
    assert "Then no more mails about it come to you." in client.get(old_stop).text


def test_an_address_that_nobody_confirmed_gets_no_farewell(client: TestClient, session: Session, report, form) -> None:
    send(client, form().fill(email="new@example.com"))
    assert session.scalars(select(Notification).where(Notification.kind == "moved")).all() == []


def test_a_name_and_an_address_are_one_line_and_the_description_keeps_its_paragraphs(
    client: TestClient, session: Session, report, form
) -> None:
    broken = "Nina\r\nBcc: x\u2028y\u2029z\u202etxt.exe\u2066"
    assert send(client, form().fill(name=broken, address=broken, description="One\r\n\r\nTwo")).status_code == 303
    after = reload(session, report)
    assert after.reporter.name == after.address == "Nina Bcc: x y ztxt.exe"
    assert after.description == "One\n\nTwo"


def test_somebody_who_gave_no_address_can_give_one_later(client: TestClient, session: Session, make_report) -> None:
    report = make_report()
    path = follow_path(report, secret=SECRET)
    form = form_of(client.get(f"{path}/correction").text, f"{path}/correction").fill(email="late@example.com")
    assert send(client, form).status_code == 303
    assert reload(session, report).reporter.email == "late@example.com"


def test_a_closed_report_is_not_corrected(
    client: TestClient, session: Session, report, path, form, clock: Clock
) -> None:
    open_page = form().fill(description="Too late")
    reload(session, report).withdraw(actor=REPORTER, at=clock())
    session.commit()
    for answer in (client.get(f"{path}/correction"), send(client, open_page)):
        assert answer.status_code == 409
        assert "The report is closed." in answer.text
    assert "Too late" in send(client, open_page).text
    assert reload(session, report).description == "Odd drives into it"


def test_an_urgent_kind_gives_the_number_and_keeps_the_report(
    client: TestClient, session: Session, report, form, rules
) -> None:
    urgent = next(one for one in rules.categories.values() if one.phone_instead is not None)
    refused = send(client, form().fill(category=urgent.code, asked=urgent.code))
    assert refused.status_code in (403, 409, 422)
    assert reload(session, report).category_code == "lamp_dark"
