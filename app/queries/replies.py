"""Reply templates as the municipality has written them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.models import ReplyTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def every_template(session: Session) -> Sequence[ReplyTemplate]:
    """All, with their texts and who changed them last; as they are offered."""
    query = select(ReplyTemplate).options(joinedload(ReplyTemplate.texts), joinedload(ReplyTemplate.changed_by))
    return session.scalars(query.order_by(ReplyTemplate.sort_order, ReplyTemplate.id)).unique().all()


def templates_for(session: Session, *, category_code: str, group_code: str | None) -> Sequence[ReplyTemplate]:
    """Those that fit a category, in one statement; also the inactive ones, which put shipped words out of use."""
    fits = or_(
        ReplyTemplate.category_code == category_code,
        ReplyTemplate.group_code == group_code,
        ReplyTemplate.category_code.is_(None) & ReplyTemplate.group_code.is_(None),
        # Shipped words that were given to another category are not offered here either.
        ~ReplyTemplate.code.startswith("own_", autoescape=True),
    )
    query = select(ReplyTemplate).options(joinedload(ReplyTemplate.texts)).where(fits)
    return session.scalars(query.order_by(ReplyTemplate.sort_order, ReplyTemplate.id)).unique().all()


def template(session: Session, code: str) -> ReplyTemplate | None:
    """The one with this code, with its texts; None where nobody has changed it."""
    options = (joinedload(ReplyTemplate.texts), joinedload(ReplyTemplate.changed_by))
    query = select(ReplyTemplate).options(*options).where(ReplyTemplate.code == code)
    return session.scalars(query).unique().one_or_none()
