"""HEAD, as monitors and link previews ask."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("address", ["/", "/reports", "/privacy", "/healthz", "/api/categories", "/static/css/app.css"])
def test_head_says_what_get_says_without_the_body(address, client):
    answer = client.head(address)
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-type"] == client.get(address).headers["content-type"]


def test_head_of_a_page_of_staff_leads_to_the_door(client):
    assert client.head("/staff/queue").headers["location"].startswith("/staff/sign-in")


def test_head_where_only_post_is_answered_stays_refused(client):
    assert client.head("/language").status_code == 405
