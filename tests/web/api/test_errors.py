"""Every error of the API has one form, whatever was asked."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.web.api import map as map_module

JSON = {"content-type": "application/json"}
LAMP = '{"category": "lamp_dark", "lat": 69.6492, "lon": 18.9553}'


def is_problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"/problems/{status}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("body", [b"", b"{", b"[1,", b"\xff\xfe", b'{"lat": 1e}', b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_is_a_bad_request_or_unprocessable(client, body):
    answer = client.post("/api/reports", content=body, headers=JSON)
    is_problem(answer, answer.status_code)
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("body", [b"[]", b"7", b'"text"', b"null", b"true"])
def test_json_that_is_no_object_is_unprocessable(client, body):
    is_problem(client.post("/api/reports", content=body, headers=JSON), 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_another_kind_of_contents_is_not_taken(client, kind):
    is_problem(client.post("/api/reports", content=LAMP, headers={"content-type": kind}), 415)


def test_a_body_that_is_too_large_is_refused(client):
    is_problem(client.post("/api/reports", content=b" " * 1_000_001, headers=JSON), 413)
    assert client.post("/api/reports", content=LAMP + " " * 900_000, headers=JSON).status_code == 201


@pytest.mark.parametrize("path", ["/api/nothing", "/api/reports/1/2", "/api/map/x"])
def test_an_address_that_is_none_is_a_problem_too(client, path):
    is_problem(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/reports", {"GET", "POST"}),
        ("POST", "/api/categories", {"GET"}),
        ("PUT", "/api/map", {"GET"}),
        ("GET", "/api/photos", {"POST"}),
    ],
)
def test_another_method_is_told_which_ones_there_are(client, method, path, allowed):
    answer = client.request(method, path)
    is_problem(answer, 405)
    assert set(answer.headers["allow"].split(", ")) == allowed


def test_a_crash_is_told_without_details(app, monkeypatch):
    def crash(*_args, **_kwargs):
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(map_module, "map_version", crash)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/api/map?bbox=18,69,19,70&zoom=3")
    is_problem(answer, 500)
    assert "secret" not in answer.text


def test_each_type_of_problem_leads_to_a_page_that_explains_it(client):
    guide = client.get("/api")
    assert guide.status_code == 200
    for status in (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503):
        assert f"/problems/{status}" in guide.text
        page = client.get(f"/problems/{status}")
        assert page.status_code == 200
        assert str(status) in page.text
    for wrong in ("200", "999", "abc", "1e2", "٤٠٤"):
        assert client.get(f"/problems/{wrong}").status_code == 404


def test_other_websites_may_read_and_may_not_send(client):
    for path in ("/api/categories", "/api/reports", "/api/nothing"):
        assert client.get(path).headers["access-control-allow-origin"] == "*"
    asked = client.options("/api/reports", headers={"origin": "https://other.example"})
    assert asked.status_code == 204
    assert "POST" not in asked.headers["access-control-allow-methods"]
    sent = client.post("/api/reports", content=LAMP, headers=JSON | {"origin": "https://other.example"})
    assert "access-control-allow-origin" not in sent.headers
    assert "access-control-allow-origin" not in client.get("/reports").headers
