"""The OpenAPI description: the API alone, every error as a problem, examples that a test holds against it."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.web.schemas import Problem

INTRODUCTION = """
Report what should be mended, and read what has been reported.

* Times are ISO 8601 in UTC; places are degrees WGS84.
* Every error is `application/problem+json` (RFC 9457); `errors` lists what is wrong, field by field.
* Reading is open to other websites (CORS). Sending is for programs and for our own form: a page elsewhere could
  otherwise send a report in a visitor's name, without our words on what happens with the data.
* What one network and one e-mail address send is limited: 429, and `Retry-After` says in how many seconds to come back.
* Words and photos are null or missing until the service desk has looked at them.
"""

JSON = "application/json"
GEOJSON = "application/geo+json"

_WHEN: dict[int, tuple[str, str]] = {
    400: ("The request cannot be read", "This is not JSON. Check the commas, quotes and brackets."),
    404: (
        "There is no such report, or it is not public",
        "There is no report with this reference. Check the digits.",
    ),
    409: ("Something else was first", "This report was already sent and has been deleted since."),
    410: ("It was taken down", "This report is no longer shown."),
    413: ("The body is too large", "Send less, or fewer photos."),
    415: ("The body is of another kind", "Send JSON with Content-Type: application/json."),
    422: (
        "Something is missing or wrong",
        "Something is missing or wrong. Nothing was lost: mend it and send again.",
    ),
    429: ("Too many at once", "Wait a little and try again."),
}


def answers(
    status: int, value: object, description: str, *refusals: int, media: str = JSON
) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses`: the good answer with an example, and the problems with these statuses."""
    good: dict[int | str, dict[str, Any]] = {
        status: {"description": description, "content": {media: {"example": _kept(value)}}}
    }
    return good | {refusal: _described(refusal) for refusal in refusals}


def describe(app: FastAPI) -> None:
    """Let the application describe itself this way."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _openapi(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _openapi(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(title=app.title, version=app.version, routes=app.routes, description=INTRODUCTION)
    described["paths"] = {path: item for path, item in described["paths"].items() if path.startswith("/api/")}
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= whole.pop("$defs", {}) | {"Problem": whole}
    for item in described["paths"].values():
        for operation in item.values():
            # FastAPI promises its own form of 422 wherever there is a parameter; ours are all described.
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
            for answer in operation["responses"].values():
                for content in answer["content"].values():
                    content["example"] = orjson.loads(content["example"])
    described["servers"] = [{"url": "/"}]
    return described


def _kept(example: object) -> str:
    """Packed, because FastAPI leaves what is null out of examples."""
    return orjson.dumps(example).decode()


def _described(status: int) -> dict[str, Any]:
    title, detail = _WHEN[status]
    body: dict[str, Any] = {"type": f"/problems/{status}", "title": title, "status": status, "detail": detail}
    if status == 422:
        body["errors"] = [{"field": "category", "detail": "Choose what it is about. This category is not in use."}]
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": _kept(body)}
    return {"description": title, "content": {"application/problem+json": content}}
