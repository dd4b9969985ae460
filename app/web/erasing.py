"""The files that go with a person."""

from __future__ import annotations

from app.services.erasing import Files
from app.web.state import AppState


def files_of(state: AppState) -> Files:
    """Where they lie, and the key of the links that end."""
    return Files(photos=state.photos, mail_dir=state.settings.mail_dir, secret=state.secret)
