"""Sending and reading reports by API."""

from __future__ import annotations

import pytest

PLACE = {"lat": 69.6492, "lon": 18.9553}


def test_a_report_is_received_with_a_reference_and_a_secret_link(client):
    answer = client.post("/api/reports", json={"category": "lamp_dark", **PLACE})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert set(body) == {"reference", "status", "category", "lat", "lon", "created_at", "due_at", "url", "follow_url"}
    assert body["status"] == "new"
    assert body["created_at"] == "2026-11-30T11:00:00Z"
    assert body["url"] == f"http://testserver/reports/{body['reference']}"
    assert body["follow_url"].startswith(f"http://testserver/follow/{body['reference']}/")
    assert answer.headers["location"] == f"/api/reports/{body['reference']}"
    assert client.get(answer.headers["location"]).json()["category"] == "lamp_dark"
