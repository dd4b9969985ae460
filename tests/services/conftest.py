"""A report with all that a person can leave in one, for those who publish, hide and forget."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from app.models import Photo
from app.services.photos import take_photo
from app.storage import PhotoStore


@pytest.fixture
def photos(settings):
    return PhotoStore(settings.photo_dir)


@pytest.fixture
def with_photo(session, make_report, photos, clock):
    """A report with a text, a photo, contact data, and answers of both kinds."""
    picture = BytesIO()
    Image.new("RGB", (60, 40), "grey").save(picture, "JPEG")
    photo = take_photo(session, photos, picture.getvalue(), at=clock())
    return make_report(
        email="nina@example.org",
        name="Nina Olsen",
        description="Nina Olsen here: it is dark",
        answers={"mast": "ring 90 00 00 00", "state": "flickers"},
        photo_ids=(photo.id,),
    )


def photo_of(session, report):
    return session.scalars(select(Photo).where(Photo.report_id == report.id)).one()
