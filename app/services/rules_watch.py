"""The rules file over several processes: each reloads it, and the database tells all of them what is in force."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.db import SessionFactory, transaction
from app.models import Report, RulesState
from app.routing import Rules, RulesFile
from app.services import photos

log = logging.getLogger(__name__)

# Each report's triggers take their time, and nobody who reads or reports shall wait for all of them.
BATCH = 1000


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


def close_private(factory: SessionFactory, rules: Rules) -> int:
    """Reports of categories that the rules call private are private from now on, those of before too; gives how many.

    Safe in several processes at once. The way back stays for people: the words of those who wrote while the category
    was private were not meant for everybody, so a category that is public again is so for new reports only.
    """
    codes = [category.code for category in rules.categories.values() if category.private]
    open_ones = select(Report.id).where(Report.category_code.in_(codes), ~Report.private)
    some = open_ones.order_by(Report.id).limit(BATCH).with_for_update()
    total = 0
    while codes:
        with transaction(factory) as session:
            ids = session.scalars(some).all()
            changed = update(Report).where(Report.id.in_(ids)).values(private=True, text_public=False)
            session.execute(changed.execution_options(synchronize_session=False))
            # What the desk let through was for a public kind: should it become one again, it is decided anew.
            photos.unpublish(session, ids)
        total += len(ids)
        if len(ids) < BATCH:
            break
    if total:
        log.warning("%s older reports of private categories are no longer public", total)
    return total


def banner(session: Session) -> RulesState | None:
    """The state to warn about, None while the file on disk is the one in force."""
    state = session.get(RulesState, 1)
    return state if state is not None and state.error else None
