"""Sweeping: what is old goes, what is young or used stays, and the map's counts add up to the same."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, text

from app.models import IdempotencyKey, LimitBucket, MapTally, Photo, SignInAttempt, StaffSession
from app.queries.map import Box, ReportFilter, map_totals, map_version, read_map
from app.services import upkeep
from app.storage.images import Processed
from tests.application import NOON


def a_photo(session, office, *, at, report_id=None):
    photo = Photo(id=uuid.uuid4(), report_id=report_id, created_at=at, width=1, height=1, sha256="0" * 64)
    session.add(photo)
    session.commit()
    office.photos.save(photo.id, Processed(jpeg=b"big", thumbnail=b"small", width=1, height=1, sha256="0" * 64))
    return photo.id


def exists(office, photo_id):
    return any(office.photos.folder.glob(f"*/{photo_id}.jpg"))


def test_keys_attempts_and_sessions_go_when_their_time_is_over(session, office, kari, clock):
    old, young = clock() - timedelta(days=40), clock() - timedelta(minutes=30)
    for name, at in (("old", old), ("young", young)):
        session.add_all(
            [
                IdempotencyKey(key=name, fingerprint="0" * 64, created_at=at),
                SignInAttempt(key=name, at=at),
                StaffSession(token_hash=name, staff_id=kari.id, created_at=at, seen_at=at, expires_at=at),
            ]
        )
    session.commit()
    swept = upkeep.sweep(office)
    assert swept.counts == {"api_keys": 1, "sign_in_attempts": 1, "staff_sessions": 1}
    assert session.scalars(select(IdempotencyKey.key)).all() == ["young"]
    assert session.scalars(select(SignInAttempt.key)).all() == ["young"]
    assert session.scalars(select(StaffSession.token_hash)).all() == ["young"]


def test_a_bucket_that_is_full_again_goes(session, office, clock):
    for key, hours in (("report:old", 25), ("report:young", 23)):
        session.add(LimitBucket(key=key, tokens=0.0, at=clock() - timedelta(hours=hours)))
    session.commit()
    assert upkeep.sweep(office).counts == {"buckets": 1}
    assert session.scalars(select(LimitBucket.key)).all() == ["report:young"]


def test_the_keys_of_forms_outlive_the_reports_that_wait_on_phones(session, office, clock):
    ages = {"form:old": 32, "form:young": 29, "old": 2}
    for name, days in ages.items():
        session.add(IdempotencyKey(key=name, fingerprint="0" * 64, created_at=clock() - timedelta(days=days)))
    session.commit()
    upkeep.sweep(office)
    assert session.scalars(select(IdempotencyKey.key)).all() == ["form:young"]


def test_a_photo_of_a_form_never_sent_goes_after_a_day_with_its_bytes(session, office, make_report, clock):
    report = make_report()
    long_ago = clock() - timedelta(hours=25)
    unused, used = a_photo(session, office, at=long_ago), a_photo(session, office, at=long_ago, report_id=report.id)
    young = a_photo(session, office, at=clock() - timedelta(hours=23))
    assert upkeep.sweep(office).counts == {"unsent_photos": 1}
    assert not exists(office, unused)
    assert exists(office, used)
    assert exists(office, young)
    assert set(session.scalars(select(Photo.id))) == {used, young}


def test_bytes_without_a_row_go_at_night(session, office, clock):
    lost = a_photo(session, office, at=clock())
    session.execute(text("DELETE FROM photo"))
    session.commit()
    clock.now = NOON.replace(hour=upkeep.FILES_AT_HOUR)
    for file in office.photos.folder.glob(f"*/{lost}.*"):
        os.utime(file, ((clock() - timedelta(days=2)).timestamp(),) * 2)
    assert upkeep.sweep(replace(office)).files == 1
    assert not exists(office, lost)


def test_folding_the_map_s_counts_changes_no_sum(session, office, make_report):
    for number in range(5):
        make_report(lat=69.65 + number / 10_000, lon=18.95)
    session.execute(text("UPDATE report SET status = 'fixed' WHERE id = (SELECT min(id) FROM report)"))
    session.commit()
    box = Box(west=18.0, south=69.0, east=20.0, north=70.0)

    def shown():
        return map_totals(session, None), map_version(session), read_map(session, box, zoom=10, wanted=ReportFilter())

    def changes():
        return session.scalar(select(func.count()).select_from(MapTally).where(~MapTally.folded))

    before = shown()
    assert changes() > 0
    upkeep.fold_tallies(office)
    assert shown() == before
    assert changes() == 0
