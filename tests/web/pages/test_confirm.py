"""One mail for a day's reports: its owner sees what was sent with the address, and chooses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models import Report, Support
from app.models.links import confirm_path, follow_path
from tests.application import SECRET, Clock
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import PLACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient


def confirmed(session: Session) -> dict[str, bool]:
    session.expire_all()
    query = select(Report).options(joinedload(Report.reporter), selectinload(Report.updates)).order_by(Report.id)
    return {report.category_code: report.reporter.confirmed_at is not None for report in session.scalars(query)}


def test_the_page_after_a_report_tells_nobody_whether_an_address_is_known_here(
    client: TestClient, session: Session, make_report: Callable[..., Report], clock: Clock
) -> None:
    make_report(email="known@example.com").reporter.confirm(at=clock())
    session.commit()
    said = []
    for category, email in (("sweeping", "me@example.com"), ("ice", "me@example.com"), ("park", "known@example.com")):
        form = form_of(client.get("/").text, "/reports")
        answer = form.fill(category=category, asked=category, seen="-", email=email, **PLACE).send(client)
        page = client.get(answer.headers["location"]).text
        said.append(re.search(r"A mail has gone to your address[^<]*|$", page)[0])
    assert "now or within the last day" in said[0]
    assert len(set(said)) == 1


def test_the_owner_confirms_all_of_the_day_at_once_but_for_what_is_a_strangers(
    client: TestClient, session: Session, make_report: Callable[..., Report], clock: Clock
) -> None:
    first = make_report(category="sweeping", email="me@example.com")
    clock.pass_(hours=2)
    mine = make_report(category="ice", email="Me@Example.com")
    make_report(category="bus_stop", email="me@example.com", description="Written by a stranger")
    make_report(category="lamp_dark", email="you@example.com")
    clock.pass_(hours=23)
    make_report(category="park", email="me@example.com")
    path = confirm_path(first, "me@example.com", secret=SECRET)
    page = client.get(path).text
    assert "Written by a stranger" not in page
    form = form_of(page, path)
    assert form.fields["mine"][0] == mine.reference
    assert len(form.fields["mine"]) == 2
    assert not any(confirmed(session).values())
    answer = client.post(path, data={**form.fields, "mine": [mine.reference]})
    assert answer.status_code == 200
    assert confirmed(session) == {
        "sweeping": True, "ice": True, "bus_stop": False, "lamp_dark": False, "park": False,
    }  # fmt: skip
    assert follow_path(first, secret=SECRET) in answer.text
    assert follow_path(mine, secret=SECRET) in answer.text


def test_a_reference_of_somebody_else_is_not_confirmed_by_naming_it(
    client: TestClient, session: Session, make_report: Callable[..., Report]
) -> None:
    first = make_report(category="sweeping", email="me@example.com")
    theirs = make_report(category="ice", email="you@example.com")
    path = confirm_path(first, "me@example.com", secret=SECRET)
    form = form_of(client.get(path).text, path)
    answer = client.post(path, data={**form.fields, "mine": [theirs.reference, "", "support-1", "x"]})
    assert answer.status_code == 303
    assert confirmed(session) == {"sweeping": True, "ice": False}


def test_mine_too_with_the_same_address_is_confirmed_along(
    client: TestClient, session: Session, make_report: Callable[..., Report], clock: Clock
) -> None:
    first = make_report(category="sweeping", email="me@example.com")
    lamp = make_report(category="lamp_dark")
    tapped = clock() - timedelta(days=3)
    support = Support(
        report_id=lamp.id, key="a", created_at=tapped, asked_at=clock(), email="ME@example.com", language="en"
    )
    session.add(support)
    session.commit()
    path = confirm_path(first, "me@example.com", secret=SECRET)
    page = client.get(path).text
    assert f"Mine too, reference {lamp.shown_reference}" in page
    assert client.post(path, data=form_of(page, path).fields).status_code == 303
    session.expire_all()
    assert session.scalars(select(Support)).one().hears


def test_who_has_said_yes_already_is_not_asked_again(client: TestClient, make_report: Callable[..., Report]) -> None:
    report = make_report(category="sweeping", email="me@example.com")
    path, own = confirm_path(report, "me@example.com", secret=SECRET), follow_path(report, secret=SECRET)
    page = client.get(path).text
    assert "Do you want to hear about your report?" in page
    assert own not in page
    form_of(page, path).send(client)
    page = client.get(path).text
    assert "You have already said yes." in page
    assert f'href="{own}"' in page
    assert "Yes, write to me" not in page
