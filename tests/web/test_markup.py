"""What people type is text: on every page, in mails, files and data, whatever it looks like."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from lxml import html
from sqlalchemy import select, text

from app.models import Delivery, Notification, NotificationKind, Report, RouteList
from app.models.links import confirm_path, follow_path
from app.services import moderation, outgoing, triage
from app.text import as_seen
from tests.application import SECRET, STORGATA
from tests.mail import html_of, text_of
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import PLACE

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
TEMPLATE = "{{ 7*7 }} {% raw %} ${7*7} %(name)s"
LINKS = "https://spam.example/win www.spam.example javascript:alert(3) [win](https://spam.example) <a href='x'>y</a>"
TURNED = "photo\u202egpj.exe\u2066 zero\u200bwidth"
NASTY = f"{SCRIPT} {IMAGE} {TEMPLATE} {LINKS}"
SHORT = f"{SCRIPT}{IMAGE}"


@pytest.fixture
def report(make_report: Callable[..., Report], session, kari, clock) -> Report:
    """Every field that a stranger can type in, as nasty as it gets; its words are let through."""
    made = make_report(
        category="pothole", description=NASTY, name=SHORT[:100], email="nina@example.com", address=SHORT,
        lat=STORGATA[0], lon=STORGATA[1], answers={"size": "large"},
    )  # fmt: skip
    moderation.publish_text(session, made, public=True, by=kari, at=clock())
    made.reporter.confirm(at=clock())
    session.commit()
    return made


@pytest.fixture
def forwarded(report: Report, session, rules, kari, clock) -> Report:
    triage.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    return report


def assert_is_text(page: str, *, shows: str = "") -> None:
    """No element, attribute, link or script of ours was made of what somebody typed."""
    tree = html.fromstring(page)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        names = set(element.attrib)
        assert not [name for name in names if name.startswith("on")], html.tostring(element)
        for name in names & {"href", "src", "action", "formaction"}:
            assert "spam" not in element.get(name, ""), html.tostring(element)
            assert not element.get(name, "").strip().lower().startswith("javascript:")
        if element.tag == "script":
            assert element.get("src"), html.tostring(element)
        assert element.get("src") != "x"
    if shows:
        assert shows in html.tostring(tree, encoding="unicode", method="text")


def test_everybodys_pages_show_words_as_words(client, report):
    page = client.get(f"/reports/{report.shown_reference}").text
    assert_is_text(page, shows=LINKS)
    assert "{{ 7*7 }}" in html.fromstring(page).text_content()
    assert_is_text(client.get("/reports").text)


def test_the_reporters_pages_show_words_as_words(client, report, session):
    assert_is_text(client.get(follow_path(report, secret=SECRET)).text, shows=LINKS)
    assert_is_text(client.get(f"{follow_path(report, secret=SECRET)}?new=1").text)
    assert_is_text(client.get(confirm_path(report, "nina@example.com", secret=SECRET)).text)


def test_the_form_shows_again_what_was_typed_as_it_was_typed(client):
    form = form_of(client.get("/").text, "/reports").fill(
        description=NASTY, name=SHORT, address=SHORT, email=SHORT, phone=SHORT, where=SHORT, kind=SHORT, lat=SHORT,
        lon=SHORT, category=SHORT, asked=SHORT, seen=SHORT, made=SHORT, key=SHORT, written_at=SHORT, answers__x=SHORT,
    )  # fmt: skip
    page = form.send(client).text
    assert_is_text(page)
    assert form_of(page, "/reports").fields["description"][0].strip() == NASTY
    assert_is_text(client.get("/", params={"lat": SHORT, "lon": SHORT, "address": SHORT, "category": SHORT}).text)


@pytest.mark.parametrize(
    "path", ["/staff/day", "/staff/queue", "/staff/reports", "/staff/reports/{}", "/staff/reports/{}/explanation"]
)
def test_the_desks_pages_show_words_as_words(path, browser_of, kari, report):
    assert_is_text(browser_of(kari).look(path.format(report.reference)))


def test_a_search_of_the_desk_shows_what_was_looked_for_as_text(browser_of, kari, report):
    answer = browser_of(kari).get("/staff/reports", params={"text": SHORT, "q": SHORT, "search": SHORT})
    assert_is_text(answer.text)


@pytest.mark.parametrize("path", ["/staff/inbox", "/staff/inbox/{}"])
def test_the_units_pages_show_words_as_words(path, browser_of, ola, forwarded):
    assert_is_text(browser_of(ola).look(path.format(forwarded.reference)))


def test_the_crews_pages_and_files_show_words_as_words(browser_of, per, forwarded, session):
    crew = browser_of(per)
    crew.submit("/staff/route-lists", unit="bydrift", start="69.6492, 18.9553", name=SHORT)
    made = session.scalars(select(RouteList)).one()
    base = f"/staff/route-lists/{made.id}"
    for path in ("/staff/route-lists", base, f"{base}/print"):
        assert_is_text(crew.look(path))
    assert SCRIPT not in crew.get(f"{base}/round.gpx").text
    assert "&lt;script&gt;" in crew.get(f"{base}/round.gpx").text
    assert crew.get(f"{base}/round.geojson").headers["content-type"].startswith("application/geo+json")


def test_mails_show_words_as_words_and_the_receipt_shows_none(forwarded, session, office, postbox):
    for table, send in ((Delivery, outgoing.deliver), (Notification, outgoing.notify)):
        name = "delivery_id" if table is Delivery else "notification_id"
        for row in session.scalars(select(table)).all():
            send(office, **{name: row.id})
    kinds = {mail["To"].split("@")[0]: mail for mail in postbox.mails}
    assert len(postbox.mails) >= 2
    for mail in postbox.mails:
        assert_is_text(html_of(mail))
        assert "\n" not in mail["Subject"]
    to_unit = kinds["bydrift"]
    assert LINKS in " ".join(text_of(to_unit).split())
    assert "&lt;script&gt;" in html_of(to_unit)
    receipt = next(mail for mail in postbox.mails if "received your report" in text_of(mail))
    assert "script" not in text_of(receipt) + html_of(receipt).partition("<body")[2]


def test_data_carries_words_unchanged_and_never_as_a_page(client, report):
    for path in (f"/api/reports/{report.shown_reference}", "/api/reports", "/api/map?bbox=18,69,20,70&zoom=17"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] in {"application/json", "application/geo+json"}
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert NASTY in client.get(f"/api/reports/{report.shown_reference}").json().values()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "＝", "\u200b=", "\u202e="])
def test_no_cell_of_the_file_is_a_formula(start, browser_of, kari, client, session):
    formula = f"{start}HYPERLINK(A1)"
    sent = {"category": "sweeping", "description": formula, "address": formula, "reporter": {"name": formula}}
    assert client.post("/api/reports", json=sent | {"lat": STORGATA[0], "lon": STORGATA[1]}).status_code == 201
    session.execute(text("UPDATE report SET text_public = true"))
    session.commit()
    words = browser_of(kari).get("/staff/reports/export.csv").content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(words), delimiter=";") for cell in row]
    assert [cell for cell in cells if "HYPERLINK" in cell]
    assert [cell for cell in cells if cell.lstrip(" ")[:1] in "=+-@\t＝" and cell.strip()] == []


@pytest.mark.parametrize("by", ["form", "api"])
def test_what_turns_round_or_cannot_be_seen_is_left_out(by, client, session):
    if by == "form":
        form = form_of(client.get("/").text, "/reports").fill(category="sweeping", asked="sweeping", seen="-", **PLACE)
        form.fill(description=TURNED, name=TURNED, address=TURNED).send(client)
    else:
        place = {"lat": STORGATA[0], "lon": STORGATA[1], "address": TURNED}
        client.post("/api/reports", json={"category": "sweeping", "description": TURNED, **place})
    report = session.scalars(select(Report)).one()
    assert report.description == report.address == "photogpj.exe zerowidth"


def test_letters_that_are_joined_on_purpose_stay():
    assert as_seen("می\u200cخواهم 👩\u200d🚒 \u200fשלום") == "می\u200cخواهم 👩\u200d🚒 \u200fשלום"


def test_a_reply_is_text_for_the_desk_too(client, report, browser_of, kari, session):
    path = follow_path(report, secret=SECRET)
    form = form_of(client.get(path).text, f"{path}/reply")
    client.post(f"{path}/reply", data={**form.fields, "words": NASTY + TURNED}, files={"photo_files": ("", b"")})
    page = browser_of(kari).look(f"/staff/reports/{report.reference}")
    assert_is_text(page, shows=LINKS)
    assert "\u202e" not in page


def test_a_question_of_the_desk_goes_out_as_text(report, session, kari, clock, office, postbox):
    asked = triage.ask(session, report, words=NASTY, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    for row in session.scalars(select(Notification).where(Notification.kind == NotificationKind.QUESTION.value)):
        outgoing.notify(office, notification_id=row.id)
    assert asked is not None
    (mail,) = postbox.mails
    assert_is_text(html_of(mail))
    assert SCRIPT in text_of(mail)
