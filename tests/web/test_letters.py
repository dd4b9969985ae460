"""Northern Sámi's and the neighbours' letters come through: forms, JSON, search, lists, mail, spreadsheet and PDF."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from lxml import html
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.models import Delivery, Notification, Report, Role, Staff
from app.models.links import follow_path
from app.queries.people import everybody
from app.services import forwarding, outgoing
from tests.application import SECRET
from tests.mail import html_of, text_of
from tests.web.pages.forms import form_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.routing import Rules
    from app.services.office import Office
    from tests.application import Clock
    from tests.mail import Postbox
    from tests.people import Browser

LETTERS = "Á Č Đ Ŋ Š Ŧ Ž á č đ ŋ š ŧ ž Æ Ø Å æ ø å Ä Ö ä ö"
STREET = "Čáhcegeaidnu 7"
NAME = "Áilu Šžđŋŧ Øæåäö"
PLACE = {"lat": "69.64920", "lon": "18.95530"}


@pytest.fixture
def sent(client: TestClient, session: Session) -> Report:
    """A report by the form, in Northern Sámi, with all the letters in every field that takes them."""
    client.headers["accept-language"] = "se"
    form = form_of(client.get("/").text, "/reports")
    form.fill(category="sweeping", description=LETTERS, address=STREET, name=NAME, email="ailu@example.org", **PLACE)
    assert form.send(client).status_code == 303
    return session.scalars(select(Report).options(joinedload(Report.reporter))).one()


def test_a_form_keeps_them(sent: Report) -> None:
    assert (sent.description, sent.address, sent.reporter.name) == (LETTERS, STREET, NAME)
    assert sent.reporter.language == "se"


def test_json_keeps_them_both_ways(client: TestClient, session: Session) -> None:
    body = {
        "category": "sweeping",
        "lat": 69.6492,
        "lon": 18.9553,
        "description": LETTERS,
        "address": STREET,
        "reporter": {"name": NAME, "email": "ailu@example.org", "language": "se"},
    }
    answer = client.post("/api/reports", json=body)
    assert answer.status_code == 201
    report = session.scalars(select(Report).options(joinedload(Report.reporter))).one()
    assert (report.description, report.address, report.reporter.name) == (LETTERS, STREET, NAME)
    assert report.reporter.language == "se"
    report.text_public = True
    session.commit()
    assert client.get(f"/api/reports/{report.reference}").json()["description"] == LETTERS


@pytest.mark.parametrize("typed", ["Čáhcegeaidnu", "čáhcegeaidnu", "ČÁHCEGEAIDNU", "cahcegeaidnu", "Čáhce"])
def test_the_desk_finds_them_in_either_case_and_without_the_marks(
    browser_of: Callable[[Staff], Browser], kari: Staff, sent: Report, typed: str
) -> None:
    assert sent.reference in browser_of(kari).look(f"/staff/reports?text={typed}")


def test_people_are_listed_in_the_order_of_the_alphabet(make_staff: Callable[..., Staff], session: Session) -> None:
    for name in ("Åse", "Ørjan", "Ærlend", "Žanna", "Zara", "Đoŋŋá", "Dag", "Čáhppe", "Cato", "ánne", "Anna"):
        make_staff(name, Role.DESK)
    names = [staff.name for staff in everybody(session)]
    assert names == ["Anna", "ánne", "Cato", "Čáhppe", "Dag", "Đoŋŋá", "Zara", "Žanna", "Ærlend", "Ørjan", "Åse"]


def test_the_reporters_mail_is_in_their_language(
    sent: Report, session: Session, office: Office, postbox: Postbox
) -> None:
    (row,) = session.scalars(select(Notification).where(Notification.report_id == sent.id))
    outgoing.notify(office, notification_id=row.id)
    (mail,) = postbox.mails
    assert mail["Content-Language"] == "se"
    assert mail["Subject"].startswith("Dieđáhus")
    assert {"á", "đ", "š", "č"} <= set(text_of(mail)) & set(html_of(mail))
    assert '<html lang="se"' in html_of(mail)
    # On its way a subject is plain ASCII; whoever reads it gets the letters back.
    assert all(byte < 128 for byte in head_of(postbox.raw[0]))


def test_a_units_mail_keeps_them(
    sent: Report, session: Session, office: Office, postbox: Postbox, rules: Rules, kari: Staff, clock: Clock
) -> None:
    forwarding.forward(session, sent, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=10, words=LETTERS)
    session.commit()
    clock.pass_(seconds=11)
    row = session.scalars(select(Delivery).where(Delivery.channel == "email")).one()
    outgoing.deliver(office, delivery_id=row.id)
    (mail,) = postbox.mails
    for body in (text_of(mail), html_of(mail)):
        assert body.count(LETTERS) >= 2
        assert STREET in body
        assert NAME in body
    assert all(byte < 128 for byte in head_of(postbox.raw[0]))


def head_of(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]


def test_a_spreadsheet_keeps_them_and_says_how_it_is_written(
    browser_of: Callable[[Staff], Browser], kari: Staff, sent: Report
) -> None:
    answer = browser_of(kari).get("/staff/reports/export.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    for cell in (LETTERS, STREET, NAME):
        assert cell in text


def test_a_pdf_shows_them_all(client: TestClient, sent: Report) -> None:
    answer = client.get(f"{follow_path(sent, secret=SECRET)}/data.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert set(LETTERS) <= set(words)
    assert NAME.split(maxsplit=1)[0] in words


def test_their_own_page_shows_them(client: TestClient, sent: Report) -> None:
    page = client.get(follow_path(sent, secret=SECRET)).text
    assert html.fromstring(page).get("lang") == "se"
    assert LETTERS in page
    assert STREET in page
