"""The rules file over several processes: each reloads it, and the database tells all of them what is in force."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import RulesState
from app.routing import RulesFile

log = logging.getLogger(__name__)


def announce(session: Session, rules_file: RulesFile, *, at: datetime) -> None:
    """Write down which rules are in force here, and what is wrong with a newer file."""
    error = str(rules_file.error) if rules_file.error else None
    values = {
        "id": 1,
        "sha256": rules_file.current.sha256,
        "loaded_at": at,
        "error": error,
        "error_at": at if error else None,
    }
    session.execute(insert(RulesState).values(values).on_conflict_do_update(index_elements=["id"], set_=values))


def banner(session: Session) -> RulesState | None:
    """The state to warn about, None while the file on disk is the one in force."""
    state = session.get(RulesState, 1)
    return state if state is not None and state.error else None
