"""Whoever mends a report sees what those say and show that were merged into it; nobody else does."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Delivery, Photo, Report
from app.services import merging, parcels, triage
from app.services.photos import attach_photos, take_photo
from tests.web.pages.test_front import jpeg


@pytest.fixture
def merged(session, state, rules, make_report, decide_as, clock):
    """A report at a unit, into which another one with words and two photos went; the desk let one of them through."""

    def make(unit):
        kept = make_report(email="siri@example.com", description="Dark.")
        part = make_report(email="per@example.com", description="The pole leans too.")
        photos = [take_photo(session, state.photos, jpeg(), at=clock()) for _ in range(2)]
        attach_photos(session, part, [photo.id for photo in photos])
        session.commit()
        session.get_one(Photo, photos[0].id).public = True
        decide_as(merging.mark_duplicate, part, typed=kept.reference)
        decide_as(triage.forward, kept, unit_code=unit, rules=rules)
        return kept, [photo.id for photo in photos]

    return make


@pytest.fixture
def decide_as(session, kari, clock):
    def do(verb, report, **given):
        verb(session, report, by=kari, at=clock(), undo_seconds=10, **given)
        session.commit()

    return do


def parcel(session, office, clock):
    delivery = session.scalars(select(Delivery).join(Delivery.forwarding).where(Delivery.channel == "email")).first()
    session.expire_all()
    assert delivery is not None
    assert delivery.forwarding_id
    return parcels.pack(session, delivery, office=office, at=clock())


def test_the_unit_reads_the_words_and_sees_the_photos_on_its_page(session, merged, browser_of, ola, eva):
    kept, photos = merged("bydrift")
    session.expunge_all()
    page = browser_of(ola).look(f"/staff/inbox/{kept.shown_reference}")
    assert "The pole leans too." in page
    assert "per@example.com" not in page
    for photo in photos:
        assert f"/photos/{photo}.jpg" in page
        assert browser_of(ola).get(f"/photos/{photo}.jpg").status_code == 200
    assert browser_of(eva).get(f"/photos/{photos[1]}.jpg").status_code == 404, "another unit"


def test_taken_apart_they_are_no_longer_the_units_to_see(session, merged, browser_of, ola, decide_as):
    _, photos = merged("bydrift")
    part = session.get_one(Photo, photos[1]).report_id
    report = session.get_one(Report, part)
    decide_as(merging.split, report)
    session.expunge_all()
    assert browser_of(ola).get(f"/photos/{photos[1]}.jpg").status_code == 404


@pytest.mark.parametrize(("unit", "pictures"), [("bydrift", 2), ("statens_vegvesen", 1)])
def test_the_mail_to_the_unit_has_them_too_and_outside_only_what_was_let_through(
    session, merged, office, clock, unit, pictures
):
    merged(unit)
    packed = parcel(session, office, clock)
    assert [told.words for told in packed.told] == ["The pole leans too."]
    assert len(packed.pictures) == pictures
