"""The description of the API is true: examples fit it, and so does what the API really answers."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from app.models import REPORTER, Photo
from tests.application import NOON


@pytest.fixture
def description(client) -> dict:
    return client.get("/api/openapi.json").json()


def validator(description: dict, schema: dict) -> Draft202012Validator:
    whole = {**schema, "components": description["components"]}
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def operations(description: dict):
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def hold(description: dict, path: str, answer) -> None:
    """Fails unless an answer has a described status, kind and shape."""
    operation = description["paths"][path][answer.request.method.lower()]
    described = operation["responses"][str(answer.status_code)]["content"]
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in described, (path, answer.status_code, kind)
    validator(description, described[kind]["schema"]).validate(answer.json())


def test_it_describes_the_api_and_nothing_else(description):
    assert set(description["paths"]) == {
        "/api/reports", "/api/reports/{reference}", "/api/map", "/api/categories", "/api/photos",
        "/api/reports/{reference}/support",
    }  # fmt: skip
    assert description["openapi"].startswith("3.1")


def test_every_answer_has_an_example_that_fits_its_shape(description):
    for path, method, operation in operations(description):
        for status, answer in operation["responses"].items():
            assert answer["content"], (path, method, status)
            for content in answer["content"].values():
                validator(description, content["schema"]).validate(content["example"])


def test_examples_of_requests_are_taken(client, description):
    content = description["paths"]["/api/reports"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        validator(description, content["schema"]).validate(example["value"])
        answer = client.post("/api/reports", json=example["value"])
        assert answer.status_code == 201, answer.text
        hold(description, "/api/reports", answer)


def test_all_errors_are_problems(description):
    for path, method, operation in operations(description):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert set(answer["content"]) == {"application/problem+json"}, (path, method, status)


def test_real_answers_fit_the_description(client, description, make_report, session):
    report = make_report(description="Dark", lat=69.6492, lon=18.9553)
    report.text_public = True
    report.fix(actor=REPORTER, at=NOON, words="New lamp.")
    session.add(Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=True))
    hidden = make_report()
    hidden.hidden_at = NOON
    session.commit()
    asked = [
        ("/api/reports", client.get("/api/reports")),
        ("/api/reports", client.get("/api/reports?bbox=1")),
        ("/api/reports", client.get("/api/reports?cursor=x")),
        ("/api/reports/{reference}", client.get(f"/api/reports/{report.reference}")),
        ("/api/reports/{reference}", client.get("/api/reports/1")),
        ("/api/reports/{reference}", client.get(f"/api/reports/{hidden.reference}")),
        ("/api/map", client.get("/api/map?bbox=18,69,19,70&zoom=16")),
        ("/api/map", client.get("/api/map?bbox=18,69,19,70&zoom=6")),
        ("/api/map", client.get("/api/map")),
        ("/api/categories", client.get("/api/categories")),
        ("/api/categories", client.get("/api/categories?language=x")),
        ("/api/reports", client.post("/api/reports", json={})),
        ("/api/reports", client.post("/api/reports", content=b"{", headers={"content-type": "application/json"})),
        ("/api/reports", client.post("/api/reports", content=b"x", headers={"content-type": "text/plain"})),
        ("/api/photos", client.post("/api/photos", content=b"x", headers={"content-type": "image/jpeg"})),
        ("/api/photos", client.post("/api/photos", content=b"x", headers={"content-type": "text/plain"})),
    ]
    for path, answer in asked:
        hold(description, path, answer)


def test_every_parameter_and_operation_is_explained(description):
    for path, _method, operation in operations(description):
        assert operation["summary"]
        assert operation["description"]
        for parameter in operation.get("parameters", []):
            assert parameter.get("description") or parameter["in"] == "path", (path, parameter["name"])
            if parameter["in"] == "path":
                assert re.search(r"\{reference\}", path)
