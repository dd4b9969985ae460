"""One report for everybody: what house and law let everybody see, and not a word more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.models import SYSTEM, Photo, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from tests.application import Clock


@pytest.fixture
def report(make_report: Callable[..., Report]) -> Report:
    return make_report(
        description="Odd at number 7 did it",
        email="me@example.com",
        name="Åse Berg",
        lat=69.65,
        lon=18.95,
        address="Behind Odd's house",
    )


def test_the_public_page_shows_place_category_status_and_dates(client: TestClient, report: Report) -> None:
    page = client.get(f"/reports/{report.shown_reference}").text
    for shown in ("One lamp is dark", "Received", "69.65000, 18.95000", "30 November 2026"):
        assert shown in page


def test_words_address_and_person_are_not_on_it(client: TestClient, report: Report) -> None:
    page = client.get(f"/reports/{report.shown_reference}").text
    for hidden in ("Odd", "me@example.com", "Berg"):
        assert hidden not in page


def test_words_show_when_the_desk_has_let_them_through(client: TestClient, session: Session, report: Report) -> None:
    report.text_public = True
    session.commit()
    assert "Odd at number 7 did it" in client.get(f"/reports/{report.shown_reference}").text


def test_markup_in_words_is_text(client: TestClient, session: Session, make_report: Callable[..., Report]) -> None:
    report = make_report(description="<script>alert(1)</script><a href='https://spam.example'>")
    report.text_public = True
    session.commit()
    page = client.get(f"/reports/{report.shown_reference}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_only_published_photos_are_on_it(client: TestClient, session: Session, report: Report, clock: Clock) -> None:
    photos = [
        Photo(report_id=report.id, created_at=clock(), width=1, height=1, sha256="0" * 64, public=public)
        for public in (True, False)
    ]
    session.add_all(photos)
    session.commit()
    page = client.get(f"/reports/{report.shown_reference}").text
    assert str(photos[0].id) in page
    assert str(photos[1].id) not in page


@pytest.mark.parametrize("typed", ["{0.reference}", "{0.reference} ", "2026 {1} {2}", "2026.{1}.{2}"])
def test_any_way_of_typing_the_reference_leads_to_its_page(client: TestClient, report: Report, typed: str) -> None:
    _, number, check = report.shown_reference.split("-")
    answer = client.get(f"/reports/{typed.format(report, number, check)}")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/reports/{report.shown_reference}")


def test_a_mistyped_reference_is_a_page_that_says_what_to_do(client: TestClient, report: Report) -> None:
    digit = str((int(report.reference[-1]) + 1) % 10)
    for typed in (report.shown_reference[:-1] + digit, "12345", "%00", "a" * 3000):
        answer = client.get(f"/reports/{typed}")
        assert answer.status_code == 404
        assert "Check the digits." in answer.text


def test_private_is_not_found_and_hidden_is_gone(
    client: TestClient, session: Session, report: Report, make_report: Callable[..., Report], clock: Clock
) -> None:
    private = make_report(category="complaint")
    assert client.get(f"/reports/{private.shown_reference}").status_code == 404
    report.hidden_at = clock()
    session.commit()
    answer = client.get(f"/reports/{report.shown_reference}")
    assert answer.status_code == 410
    assert "One lamp" not in answer.text


def test_a_duplicate_leads_to_the_first_report_unless_that_is_hidden(
    client: TestClient, session: Session, report: Report, make_report: Callable[..., Report], clock: Clock
) -> None:
    first = make_report()
    report.mark_duplicate(first, actor=SYSTEM, at=clock())
    session.commit()
    assert f'href="/reports/{first.shown_reference}"' in client.get(f"/reports/{report.shown_reference}").text
    first.hidden_at = clock()
    session.commit()
    assert first.shown_reference not in client.get(f"/reports/{report.shown_reference}").text


def test_a_category_that_left_the_rules_file_stays_readable(
    client: TestClient, session: Session, report: Report
) -> None:
    report.category_code, report.unit_code = "gas_lantern", "gasworks"
    session.commit()
    assert client.get(f"/reports/{report.shown_reference}").status_code == 200


def test_the_page_asks_the_database_a_dozen_times_at_most(client: TestClient, report: Report, count_queries) -> None:
    with count_queries() as counted:
        client.get(f"/reports/{report.shown_reference}")
    assert counted.number <= 12


def test_who_sees_that_it_is_not_fixed_reports_it_anew_with_kind_and_place(
    client: TestClient, session: Session, report: Report
) -> None:
    link = "/?category=lamp_dark&amp;lat=69.65&amp;lon=18.95"
    path = f"/reports/{report.shown_reference}"
    assert link not in client.get(path).text
    report.status = "fixed"
    session.commit()
    page = client.get(path).text
    assert "Do you see that it is still broken?" in page
    assert link in page
