"""The baseline of intake: a plain endpoint that durably inserts the rows of a report, and does nothing else."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from psycopg_pool import ConnectionPool
from pydantic import BaseModel

pool = ConnectionPool(
    os.environ.get("BENCH_DATABASE_URL", "").replace("+psycopg", "", 1),
    min_size=10,
    max_size=20,
    open=False,
    kwargs={"options": "-c timezone=UTC -c jit=off"},
)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Connections for as long as the server runs."""
    pool.open(wait=True)
    yield
    pool.close()


app = FastAPI(lifespan=lifespan)

REPORT = """
INSERT INTO report (reference, nonce, version, category_code, status, private, lat, lon, road_owner, asset_owner,
    description, text_public, answers, proposed_unit_code, proposed_rule, proposal_reason, channel, flags, created_at,
    changed_at, due_at)
VALUES ('2026' || lpad(nextval('report_number')::text, 6, '0') || '0', %s, 1, %s, 'new', false, %s, %s, 'unknown',
    'unknown', %s, false, '[]', 'bydrift', 'a rule', '[]', 'api', '{}', %s, %s, %s)
RETURNING id, reference
"""
UPDATE = """
INSERT INTO report_update (report_id, at, kind, actor_kind, to_status, public, data)
VALUES (%s, %s, 'submitted', 'reporter', 'new', true, '{}')
"""


class NewReport(BaseModel):
    """What the measurement sends."""

    category: str
    lat: float
    lon: float
    description: str = ""


@app.get("/")
def ready() -> str:
    """It answers."""
    return "ready"


@app.post("/api/reports", status_code=201)
def send_report(report: NewReport) -> dict[str, object]:
    """The report and its first update, committed."""
    now = datetime.now(UTC)
    values = (secrets.token_hex(16), report.category, report.lat, report.lon, report.description, now, now, now)
    with pool.connection() as connection:
        row = connection.execute(REPORT, values).fetchone()
        assert row is not None
        connection.execute(UPDATE, (row[0], now))
    return {"reference": row[1], "status": "new", "category": report.category, "lat": report.lat, "lon": report.lon}
