"""Keeping a filter under a name, for oneself or for everybody at the desk."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.errors import N_, Invalid
from app.models import SavedFilter
from app.queries.saved_filters import own_filter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff

LONGEST_NAME = 60
MOST = 50
NO_NAME = N_("Give the filter a name.")
NAME_TAKEN = N_("You have a filter with this name already. Choose another name.")
TOO_MANY = N_("You have 50 filters. Delete one that you no longer need.")
NO_FILTER = N_("Choose something to filter by before you save.")


def save(session: Session, query: dict[str, str], *, name: str, shared: bool, by: Staff, at: datetime) -> SavedFilter:
    """Keep what stands in the address. Raises Invalid without a name, or with one that this person has already."""
    if not query:
        raise Invalid(NO_FILTER)
    count = session.scalar(select(func.count()).select_from(SavedFilter).where(SavedFilter.owner_id == by.id)) or 0
    if count >= MOST:
        raise Invalid(TOO_MANY)
    saved = SavedFilter(
        owner_id=by.id, name=_free_name(session, name, by=by), shared=shared, query=query, created_at=at
    )
    with _name_is_free(session):
        session.add(saved)
    return saved


def rename(session: Session, number: int, *, name: str, shared: bool, by: Staff) -> SavedFilter:
    """Another name for one's own, and whether others have it too. Raises NotFound or Invalid."""
    saved = own_filter(session, by, number)
    wanted = _free_name(session, name, by=by, but=saved.id)
    with _name_is_free(session):
        saved.name, saved.shared = wanted, shared
    return saved


def delete(session: Session, number: int, *, by: Staff) -> str:
    """Drop one's own; its name. Raises NotFound."""
    saved = own_filter(session, by, number)
    session.delete(saved)
    session.flush()
    return saved.name


@contextmanager
def _name_is_free(session: Session) -> Iterator[None]:
    """What is written within; raises Invalid where the name was taken at this very moment."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        raise Invalid(NAME_TAKEN) from None


def _free_name(session: Session, name: str, *, by: Staff, but: int = 0) -> str:
    wanted = " ".join(name.replace("\x00", " ").split())[:LONGEST_NAME]
    if not wanted:
        raise Invalid(NO_NAME)
    same = select(SavedFilter.id).where(
        SavedFilter.owner_id == by.id, func.lower(SavedFilter.name) == func.lower(wanted), SavedFilter.id != but
    )
    if session.scalar(same) is not None:
        raise Invalid(NAME_TAKEN)
    return wanted
