"""What the public sees, and forgetting a person."""

from __future__ import annotations

import pytest

from app.errors import Conflict, NotFound
from app.services import moderation
from tests.services.conftest import photo_of


def test_text_and_photo_are_let_through_one_by_one(session, with_photo, kari, clock):
    photo = photo_of(session, with_photo)
    assert (with_photo.text_public, photo.public) == (False, False)
    moderation.publish_photo(session, with_photo, photo_id=photo.id, public=True, by=kari, at=clock())
    assert (with_photo.text_public, photo.public) == (False, True)
    moderation.publish_text(session, with_photo, public=True, by=kari, at=clock())
    moderation.publish_photo(session, with_photo, photo_id=photo.id, public=False, by=kari, at=clock())
    assert (with_photo.text_public, photo.public) == (True, False)


def test_a_photo_of_another_report_is_not_there(session, with_photo, make_report, kari, clock):
    photo = photo_of(session, with_photo)
    with pytest.raises(NotFound):
        moderation.publish_photo(session, make_report(), photo_id=photo.id, public=True, by=kari, at=clock())


def test_there_is_no_text_to_publish_where_there_is_none(session, make_report, kari, clock):
    with pytest.raises(Conflict):
        moderation.publish_text(session, make_report(), public=True, by=kari, at=clock())


def test_a_report_is_hidden_once_and_shown_once(session, make_report, kari, clock):
    report = make_report()
    moderation.hide(session, report, hidden=True, by=kari, at=clock())
    with pytest.raises(Conflict):
        moderation.hide(session, report, hidden=True, by=kari, at=clock())
    moderation.hide(session, report, hidden=False, by=kari, at=clock())
    assert report.hidden_at is None
