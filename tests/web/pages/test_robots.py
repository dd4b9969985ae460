"""What search engines read first."""

from __future__ import annotations

from urllib.robotparser import RobotFileParser

import pytest


@pytest.fixture
def allowed(client):
    answer = client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    return lambda path: parser.can_fetch("Searcher", path)


@pytest.mark.parametrize(
    "path", ["/", "/reports", "/reports/26-000001", "/about", "/archive", "/map", "/static/app.css"]
)
def test_public_pages_may_be_found(allowed, path):
    assert allowed(path)


@pytest.mark.parametrize(
    "path",
    ["/follow/26-1/x", "/confirm/26-1/x", "/confirm-place/1/x", "/support/1/x", "/stop/26-1/x", "/stop-place/1/x",
     "/rating/26-1/x", "/round/1-x", "/mine", "/staff/queue", "/follow-place", "/followed-place/1/x"],
)  # fmt: skip
def test_pages_of_one_reader_are_left_alone(allowed, path):
    assert not allowed(path)


@pytest.mark.parametrize("path", ["/follow-place", "/follow-place/asked"])
def test_the_form_to_follow_a_place_is_not_indexed(client, path):
    assert client.get(path).headers["x-robots-tag"] == "noindex"
