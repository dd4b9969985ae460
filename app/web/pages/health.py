"""For load balancers and people who keep it running."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlalchemy import text

from app.web.deps import SessionDep, StateDep

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok", media_type="text/plain")


@router.get("/readyz")
def readyz(session: SessionDep, state: StateDep) -> Response:
    """The database answers, its tables are there and the rules are in force."""
    session.execute(text("SELECT 1 FROM rules_state LIMIT 1"))
    return Response(f"ready, rules {state.rules_file.current.sha256[:12]}", media_type="text/plain")
