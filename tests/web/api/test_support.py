"""Mine too by the API: counted once for each key."""

from __future__ import annotations

import pytest

from app.models import REPORTER
from tests.application import NOON
from tests.web.api.test_openapi import hold

KEY = "0123456789abcdef"
PATH = "/api/reports/{reference}/support"


def test_a_key_counts_once_and_gets_the_same_answer_again(client, session, make_report):
    report = make_report()
    address = PATH.format(reference=report.shown_reference)
    first, again = (client.post(address, json={"key": KEY}) for _ in range(2))
    assert first.status_code == 200
    assert first.json() == {"reference": report.shown_reference, "support_count": 1, "counted": True}
    assert again.json() == first.json()
    assert client.post(address, json={"key": KEY[::-1]}).json()["support_count"] == 2
    assert client.get(f"/api/reports/{report.reference}").json()["support_count"] == 2


def test_a_closed_hidden_or_unknown_report_is_a_problem(client, session, make_report):
    closed, hidden, private = make_report(), make_report(), make_report(category="complaint")
    closed.fix(actor=REPORTER, at=NOON)
    hidden.hidden_at = NOON
    session.commit()
    statuses = [
        client.post(PATH.format(reference=reference), json={"key": KEY}).status_code
        for reference in (closed.reference, hidden.reference, private.reference, "1")
    ]
    assert statuses == [409, 410, 404, 404]


@pytest.mark.parametrize("body", [{}, {"key": "short"}, {"key": KEY, "more": 1}, {"key": "x" * 201}, {"key": 7}])
def test_a_body_that_is_not_described_is_refused(client, make_report, body):
    assert client.post(PATH.format(reference=make_report().reference), json=body).status_code == 422


def test_a_form_of_another_site_is_refused(client, session, make_report):
    report = make_report()
    answer = client.post(
        PATH.format(reference=report.reference), content=b'{"key":"0123456789abcdef"}',
        headers={"content-type": "text/plain", "origin": "https://elsewhere.example"},
    )  # fmt: skip
    assert answer.status_code == 415
    session.refresh(report)
    assert report.support_count == 0


def test_answers_fit_the_description(client, session, make_report):
    description = client.get("/api/openapi.json").json()
    report = make_report()
    address = PATH.format(reference=report.reference)
    hold(description, PATH, client.post(address, json={"key": KEY}))
    hold(description, PATH, client.post(address, json={}))
    hold(description, PATH, client.post(PATH.format(reference="1"), json={"key": KEY}))
    report.fix(actor=REPORTER, at=NOON)
    session.commit()
    hold(description, PATH, client.post(address, json={"key": KEY}))


def test_a_flood_is_told_when_to_come_back(client, make_report, state, settings):
    object.__setattr__(state, "settings", settings.model_copy(update={"limit_support_per_hour": 2}))
    address = PATH.format(reference=make_report().reference)
    client.post(address, json={"key": KEY})
    answer = client.post(address, json={"key": KEY})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_of_many_from_one_network_five_count_and_nobody_is_refused(client, session, make_report):
    report, other = make_report(), make_report()
    address = PATH.format(reference=report.shown_reference)
    answers = [client.post(address, json={"key": f"{KEY}{number}"}) for number in range(12)]
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["counted"] for answer in answers] == [True] * 5 + [False] * 7
    assert client.post(address, json={"key": f"{KEY}0"}).json()["counted"], "the first still counts"
    session.refresh(report)
    assert report.support_count == 5
    assert client.post(PATH.format(reference=other.shown_reference), json={"key": KEY}).json()["counted"]
