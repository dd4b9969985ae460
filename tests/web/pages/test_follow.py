"""The reporter's own page: what the holder of the link sees and does, and what nobody else can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models import REPORTER, SYSTEM, Actor, Photo, Report, Staff, Update
from app.models.deadlines import NORWAY
from app.models.links import confirm_path, follow_path, photo_key
from tests.application import SECRET, Clock
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient


def reload(session: Session, report: Report) -> Report:
    session.expire_all()
    options = (
        selectinload(Report.updates).joinedload(Update.note),
        joinedload(Report.reporter),
        selectinload(Report.photos),
    )
    return session.scalars(select(Report).where(Report.id == report.id).options(*options)).one()


@pytest.fixture
def report(make_report: Callable[..., Report]) -> Report:
    return make_report(description="My neighbour Odd drives into it", email="me@example.com")


@pytest.fixture
def path(report: Report) -> str:
    return follow_path(report, secret=SECRET)


def test_the_receipt_says_the_reference_and_what_happens_when(client: TestClient, report: Report, path: str) -> None:
    page = client.get(f"{path}?new=1").text
    assert report.shown_reference in page
    assert "most likely City operations (Bydrift)" in page
    assert "at the latest" in page
    assert f"http://testserver{path}" in page


def test_a_wrong_link_is_nobodys_page(client: TestClient, report: Report, path: str) -> None:
    for wrong in (
        path[:-1],
        f"{path[:-2]}xx",
        f"/follow/{report.shown_reference}/",
        path.replace("2026", "2025"),
        f"/follow/{report.shown_reference}/{'ø' * 22}",
    ):
        assert client.get(wrong).status_code == 404
        assert client.post(f"{wrong}/withdrawal").status_code == 404


def test_the_link_survives_a_reference_typed_in_another_way(client: TestClient, report: Report, path: str) -> None:
    assert client.get(path.replace(report.shown_reference, report.reference)).status_code == 200


def test_looking_changes_nothing(client: TestClient, session: Session, report: Report, path: str) -> None:
    version, lines = report.version, len(reload(session, report).updates)
    confirm = confirm_path(report, "me@example.com", secret=SECRET)
    for address in (
        path,
        f"{path}?new=1",
        confirm,
        f"{path}/withdrawal",
        f"{path}/reopening",
        f"{path}/reply",
    ):
        client.get(address)
    after = reload(session, report)
    assert (after.version, len(after.updates), after.reporter.confirmed_at) == (version, lines, None)


def test_no_cache_keeps_the_page_and_nobody_is_told_its_address(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_withdrawing_closes_the_report(client: TestClient, session: Session, report: Report, path: str) -> None:
    form = form_of(client.get(path).text, f"{path}/withdrawal")
    assert client.post(form.action, data={}).status_code == 403
    assert client.post(form.action, data=form.fields).status_code == 303
    assert reload(session, report).status == "withdrawn"
    assert "You withdrew the report." in client.get(path).text
    assert client.get(f"/reports/{report.shown_reference}").status_code == 410


def test_a_closed_report_that_is_still_broken_comes_back_to_the_desk(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock
) -> None:
    assert "Is it still broken?" not in client.get(path).text
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    clock.pass_(days=59)
    form = form_of(client.get(path).text, f"{path}/reopening").fill(words="Dark again")
    assert form.send(client, files=[("dark.jpg", jpeg("black"))]).status_code == 303
    after = reload(session, report)
    assert (after.status, len(after.photos)) == ("new", 1)
    note = next(update.note for update in after.updates if update.kind == "reopened")
    assert (note.body, note.public) == ("Dark again", False)
    public = client.get(f"/reports/{report.shown_reference}").text
    assert "It is still broken, says the person who reported it." in public
    assert "Dark again" not in public


def test_after_sixty_days_a_new_report_is_asked_for(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock
) -> None:
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    token = form_of(client.get(path).text, f"{path}/reopening")
    clock.pass_(days=61)
    answer = token.fill(words="Dark").send(client)
    assert answer.status_code == 409
    assert "Please send a new one." in answer.text
    assert reload(session, report).status == "fixed"
    # The words are not lost, and go into the new report with kind and place; not into an address.
    anew = form_of(answer.text, "/reports")
    assert anew.fields["description"] == ["Dark"]
    page = anew.fill(do="enter").send(client).text
    assert "Dark</textarea>" in page
    assert form_of(page, "/reports").fields["category"] == ["lamp_dark"]
    assert "69.649" in page


def test_the_answer_to_a_question_lets_the_due_date_run_again(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock, kari: Staff
) -> None:
    due = report.due_at
    report.ask(actor=Actor.of(kari), at=clock(), words="Which side of the street?")
    session.commit()
    clock.pass_(days=3)
    page = client.get(path).text
    assert "Which side of the street?" in page
    assert form_of(page, f"{path}/reply").fill(words="The left one").send(client).status_code == 303
    after = reload(session, report)
    assert after.waiting_since is None
    assert due is not None
    assert after.due_at == NORWAY.moved(due, 3), "three working days later, though New Year's Day lies between"
    assert after.updates[-1].note.public is False
    assert "The left one" in client.get(path).text
    public = client.get(f"/reports/{report.shown_reference}").text
    assert "The left one" not in public
    assert "Which side" not in public


def test_an_empty_message_is_a_sentence_and_too_many_photos_are_too(
    client: TestClient, session: Session, report: Report, path: str
) -> None:
    form = form_of(client.get(path).text, f"{path}/reply")
    empty = form.send(client)
    assert empty.status_code == 422
    assert "Write something, or choose a photo." in empty.text
    many = form.fill(words="Look").send(client, files=[(f"{n}.jpg", jpeg(size=(30 + n, 30))) for n in range(6)])
    assert many.status_code == 422
    assert "Look" in many.text
    assert reload(session, report).photos == []


def test_confirming_is_a_button_and_works_once_or_twice(
    client: TestClient, session: Session, report: Report, path: str
) -> None:
    confirm = confirm_path(report, "me@example.com", secret=SECRET)
    form = form_of(client.get(confirm).text, confirm)
    for _ in range(2):
        answer = client.post(confirm, data=form.fields)
        assert answer.headers["location"] == path
    after = reload(session, report)
    assert after.reporter.confirmed_at is not None
    assert [update.kind for update in after.updates].count("confirmed") == 1
    assert client.get(confirm[:-2] + "zz").status_code == 404
    # The follow token, which the sender holds, does not confirm an address that may be somebody else's.
    assert client.get(path.replace("/follow/", "/confirm/")).status_code == 404


def test_a_new_nonce_ends_link_and_photos(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock
) -> None:
    form_of(client.get(path).text, f"{path}/reply").fill(words="See").send(client, files=[("a.jpg", jpeg())])
    (photo,) = reload(session, report).photos
    src = f"/photos/{photo.id}.jpg?key={photo_key(photo.id, nonce=report.nonce, secret=SECRET)}"
    assert src in client.get(path).text.replace("&amp;", "&")
    assert client.get(src).status_code == 200
    reload(session, report).nonce = "another"
    session.commit()
    assert client.get(path).status_code == 404
    assert client.get(src).status_code == 404


def test_staff_words_for_staff_stay_there(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock, kari: Staff
) -> None:
    report.forward("bydrift", actor=Actor.of(kari), at=clock(), words="Careful, this man is difficult")
    report.note(actor=Actor.of(kari), at=clock(), words="Internal matter", public=False)
    report.note(actor=Actor.of(kari), at=clock(), words="We mend it on Friday", public=True)
    session.commit()
    for page in (client.get(path).text, client.get(f"/reports/{report.shown_reference}").text):
        assert "difficult" not in page
        assert "Internal matter" not in page
        assert "We mend it on Friday" in page
        assert "Sent to City operations (Bydrift)" in page


def test_the_page_asks_the_database_a_dozen_times_at_most(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock, count_queries
) -> None:
    for number in range(20):
        report.note(actor=REPORTER, at=clock(), words=f"Line {number}", public=True)
        session.add(
            Photo(report_id=report.id, created_at=clock(), width=1, height=1, sha256="0" * 64, sort_order=number)
        )
    session.commit()
    with count_queries() as counted:
        assert client.get(path).status_code == 200
    assert counted.number <= 12


def test_who_has_not_pressed_the_button_in_the_mail_is_told_so_at_the_top(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock
) -> None:
    sentence = "You get no mails yet. Press the button in the mail that we sent to your address."
    page = client.get(path).text
    assert page.index('id="what-next"') < page.index(sentence) < page.index("What do you want to do?")
    assert page.count("Send the mail again") == 1
    report.reporter.confirm(at=clock())
    session.commit()
    assert sentence not in client.get(path).text
