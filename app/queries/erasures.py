"""Secret links that ended because their holder had everything erased."""

from __future__ import annotations

import hashlib

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.errors import N_
from app.models import ErasedKind, Erasure, Report
from app.models.reference import parse_reference

DONE = N_("The personal data in this report are deleted, and this link ended with them. There is nothing left to do.")


def ended_by_erasure(session: Session, typed: str, token: str) -> bool:
    """Whether this was the secret link of a report until its holder was forgotten."""
    found = exists(
        select(Erasure.id)
        .join(Report, Report.id == Erasure.row_id)
        .where(
            Erasure.kind == ErasedKind.REPORT.value,
            Erasure.link_hash == link_hash(token),
            Report.reference == (parse_reference(typed) or ""),
        )
    )
    return bool(session.scalar(select(found)))


def link_hash(token: str) -> str:
    """What is kept of an ended link: too little to make it again."""
    return hashlib.sha256(token.encode()).hexdigest()
