"""Examples for the description of the API; a test holds them against the shapes they stand for."""

from __future__ import annotations

from typing import Any

RECEIPT: dict[str, Any] = {
    "reference": "2026-000042-1",
    "status": "new",
    "category": "lamp_dark",
    "lat": 69.6492,
    "lon": 18.9553,
    "created_at": "2026-11-30T11:00:00Z",
    "due_at": "2026-12-14T22:59:59Z",
    "url": "https://gatami.example/reports/2026-000042-1",
    "follow_url": "https://gatami.example/follow/2026-000042-1/3q2-7wAAAAAAAAAAAAAAAA",
}

NEW_REPORTS: dict[str, Any] = {
    "shortest": {
        "summary": "The least that is needed",
        "value": {"category": "lamp_dark", "lat": 69.6492, "lon": 18.9553},
    },
    "whole": {
        "summary": "With words and a reporter who wants to hear of it",
        "value": {
            "category": "pothole",
            "lat": 69.6512,
            "lon": 18.9561,
            "description": "Deep hole in the right lane, just before the crossing.",
            "address": "Storgata 61",
            "answers": {"size": "large"},
            "photos": [],
            "reporter": {"name": "Ada Nordmann", "email": "ada@example.org", "phone": "", "language": "nb"},
        },
    },
}

SUPPORT: dict[str, Any] = {"reference": "2026-000042-1", "support_count": 3, "counted": True}

LISTED: dict[str, Any] = {
    "reference": "2026-000042-1",
    "category": "lamp_dark",
    "status": "fixed",
    "lat": 69.6492,
    "lon": 18.9553,
    "created_at": "2026-11-30T11:00:00Z",
    "changed_at": "2026-12-02T08:30:00Z",
    "due_at": "2026-12-14T22:59:59Z",
    "closed_at": "2026-12-02T08:30:00Z",
    "planned_for": None,
    "support_count": 3,
    "address": "Storgata 61",
    "description": "The lamp has been dark for a week.",
    "photos": [
        {
            "url": "https://gatami.example/photos/7a0d5a0e-3f0e-4a6b-9a58-2f1c4f9d1b11.jpg",
            "thumbnail_url": "https://gatami.example/photos/7a0d5a0e-3f0e-4a6b-9a58-2f1c4f9d1b11-thumbnail.jpg",
        }
    ],
    "url": "https://gatami.example/reports/2026-000042-1",
}

REPORT: dict[str, Any] = LISTED | {
    "duplicate_of": None,
    "updates": [
        {"at": "2026-11-30T11:00:00Z", "kind": "submitted", "status": "new", "unit": None, "words": None},
        {
            "at": "2026-11-30T11:20:00Z",
            "kind": "forwarded",
            "status": "forwarded",
            "unit": "bydrift",
            "words": None,
        },
        {
            "at": "2026-12-02T08:30:00Z",
            "kind": "fixed",
            "status": "fixed",
            "unit": "bydrift",
            "words": "New lamp.",
        },
    ],
}

PAGE: dict[str, Any] = {"reports": [LISTED], "next_cursor": "AAYxMzM3AAAAAAAAACqkX3p1b0pXqTjQ"}

PHOTO: dict[str, Any] = {
    "id": "7a0d5a0e-3f0e-4a6b-9a58-2f1c4f9d1b11",
    "width": 1600,
    "height": 1200,
    "expires_at": "2026-12-01T11:00:00Z",
}

MAP: dict[str, Any] = {
    "type": "FeatureCollection",
    "truncated": False,
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [18.9553, 69.6492]},
            "properties": {"count": 12, "open": 3},
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [18.9561, 69.6512]},
            "properties": {"reference": "2026-000042-1", "category": "lamp_dark", "status": "new"},
        },
    ],
}

CATEGORIES: dict[str, Any] = {
    "language": "en",
    "groups": [{"code": "lamps", "name": "Street lights"}],
    "categories": [
        {
            "code": "lamp_dark",
            "name": "A lamp is dark",
            "group": "lamps",
            "help": "One street light does not shine.",
            "notice": None,
            "notices": [],
            "stoppers": [
                {
                    "text": "Keep away and ring us now.",
                    "area": None,
                    "dates": None,
                    "hours": None,
                    "number": "77 00 00 02",
                    "answers": {"state": ["wires"]},
                }
            ],
            "synonyms": ["street light", "bulb"],
            "days_to_due": 10,
            "lately": {"closed": 112, "days": 11, "in_time": 0.94},
            "private": False,
            "phone_instead": None,
            "questions": [
                {
                    "code": "mast_number",
                    "name": "The number on the mast",
                    "help": None,
                    "kind": "text",
                    "required": False,
                    "options": [],
                }
            ],
        }
    ],
    "notices": [],
}
