"""The file of one report for a request for access, who has seen a report, and how long that is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.models import REPORTER, Actor, Seen, Sight
from app.services import retention, sight, triage

LONG = "Čáŋŧđž šŋ æøå og mye mer. " * 70
SECRET = ("Nina Nordmann", "nina@example.org", "91239871", "Hjemveien 7")


@pytest.fixture
def told(session, make_report, rules, kari, clock):
    """A report with contact data, long words, a typed answer, notes, a forwarding, and an answer from the reporter."""
    report = make_report(
        email="nina@example.org",
        name="Nina Nordmann",
        description=LONG + "Hjemveien 7",
        answers={"mast": "Mast 91239871"},
    )
    session.refresh(report, ["reporter"])
    report.reporter.phone = "91239871"
    report.note(actor=Actor.of(kari), at=clock(), words="Nina Nordmann phoned again.", public=False)
    report.reply(actor=REPORTER, at=clock(), words="I live in Hjemveien 7.")
    report.note(actor=Actor.of(kari), at=clock(), words="We come on Monday.", public=True)
    triage.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    return report


def take(browser, report, ending, **form):
    answer = browser.submit(f"/staff/reports/{report.reference}/file.{ending}", **form)
    assert answer.status_code == 200, answer.text[:300]
    return answer


def text_of(answer) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


def plain(text: str) -> str:
    """Without line ends, which fall where the paper ends."""
    return "".join(text.split())


def test_the_whole_file_has_everything(browser_of, kari, told):
    data = json.loads(take(browser_of(kari), told, "json", whole="1").content)
    assert data["contact"]["email"] == "nina@example.org"
    assert data["words"] == told.description
    assert [one["answer"] for one in data["answers"]] == ["Mast 91239871"]
    assert [one["what"] for one in data["history"]] == ["submitted", "noted", "replied", "noted", "forwarded"]
    assert data["history"][1]["by"] == "Kari"
    assert data["history"][1]["words"] == "Nina Nordmann phoned again."
    assert data["forwardings"][0]["by"] == "Kari"
    assert data["forwardings"][0]["deliveries"]
    assert {one["kind"] for one in data["mails"]} >= {"receipt"}
    assert [(one["by"], one["what"]) for one in data["seen_by"]] == [("Kari", "export")]


@pytest.mark.parametrize("ending", ["json", "pdf"])
def test_a_masked_file_names_nobody(browser_of, kari, told, ending):
    answer = take(browser_of(kari), told, ending)
    text = text_of(answer) if ending == "pdf" else answer.text
    for secret in (*SECRET, "Kari", "phoned again", "Čáŋŧđž", "@"):
        assert plain(secret) not in plain(text), secret
    assert "We come on Monday." in text
    assert "The service desk" in text
    assert "Left out" in text or json.loads(answer.content)["contact_left_out"]


def test_a_masked_file_prints_no_person_that_staff_named_to_everybody(browser_of, session, kari, told, clock):
    said = f"Takk, {told.reporter.name}! Ring 912 34 999."
    told.note(actor=Actor.of(kari), at=clock(), words=said, public=True)
    session.commit()
    told_words = {one["words"] for one in json.loads(take(browser_of(kari), told, "json").content)["history"]}
    assert "Takk, […]! Ring […] […] […]" in told_words
    assert said in take(browser_of(kari), told, "json", whole="1").text


def test_a_masked_file_has_the_words_that_everybody_may_read(browser_of, session, kari, told):
    told.text_public = True
    session.commit()
    assert json.loads(take(browser_of(kari), told, "json").content)["words"] == told.description


def test_the_pdf_has_long_words_and_every_letter_and_says_the_same_twice(browser_of, kari, told):
    first = take(browser_of(kari), told, "pdf", whole="1")
    text = plain(text_of(first))
    assert text.count("Čáŋŧđžšŋæøåogmyemer.") == 70
    assert "NinaNordmannphonedagain." in text
    assert "Page1" in text


def test_the_files_name_is_the_reference_and_nothing_about_anybody(browser_of, kari, told):
    for form, name in (({}, "-masked"), ({"whole": "1"}, "")):
        answer = take(browser_of(kari), told, "pdf", **form)
        assert answer.headers["content-disposition"] == (
            f'attachment; filename="gatami-{told.shown_reference.replace(" ", "-")}{name}.pdf"'
        )
        assert answer.headers["cache-control"] == "no-store"


def test_a_file_cannot_be_taken_out_by_a_link(browser_of, kari, told):
    assert browser_of(kari).get(f"/staff/reports/{told.reference}/file.pdf").status_code in {404, 405}


def test_opening_the_page_is_written_down_once_and_shown(browser_of, session, kari, ada, told, clock):
    browser = browser_of(kari)
    for _ in range(3):
        browser.look(f"/staff/reports/{told.reference}")
        clock.pass_(minutes=3)
    clock.pass_(minutes=9)
    browser.look(f"/staff/reports/{told.reference}")
    page = browser_of(ada).look(f"/staff/reports/{told.reference}")
    found = session.execute(select(Sight.staff_id, Sight.what).order_by(Sight.id)).all()
    assert [tuple(row) for row in found] == [(kari.id, "page"), (kari.id, "page"), (ada.id, "page")]
    assert "Who has seen it" in page
    assert page.count("Opened the report") == 3


def test_a_units_look_is_written_down_and_a_report_that_is_not_theirs_is_not_seen(browser_of, session, ola, eva, told):
    browser_of(ola).look(f"/staff/inbox/{told.reference}")
    assert browser_of(eva).get(f"/staff/inbox/{told.reference}").status_code == 404
    assert [tuple(row) for row in session.execute(select(Sight.staff_id, Sight.what))] == [(ola.id, "inbox")]


def test_a_report_that_is_loaded_ahead_of_time_is_not_seen(browser_of, session, kari, make_report):
    report = make_report()
    answer = browser_of(kari).get(f"/staff/queue/reports/{report.reference}")
    assert answer.status_code == 200
    assert session.scalars(select(Sight)).all() == []


def test_a_sight_goes_after_its_time_and_not_before(session, office, kari, told, clock):
    sight.seen(session, told, kari, at=clock(), what=Seen.PAGE)
    session.commit()
    began = clock()
    clock.now = began + timedelta(days=360)
    assert retention.run(office).get("sights", 0) == 0
    clock.now = began + timedelta(days=368)
    assert retention.run(office)["sights"] == 1
    assert session.scalars(select(Sight)).all() == []
