"""Forgetting a person at once: what goes, what stays, who may, and what a second press reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app.db import transaction
from app.errors import Gone, NotFound
from app.models import SYSTEM, Note, Notification, Photo, Report, Update, UpdateKind
from app.models.actor import REPORTER
from app.services import erasing, noting
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.erasing import Files
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.services.conftest import photo_of


@pytest.fixture
def files(settings, photos):
    return Files(photos, settings.mail_dir, SECRET)


def test_erasing_leaves_nothing_of_the_person_and_keeps_the_report(session, with_photo, kari, clock, photos, files):
    photo, nonce = photo_of(session, with_photo), with_photo.nonce
    with_photo.reply(actor=REPORTER, at=clock(), words="Nina again")
    noting.note(session, with_photo, words="Nina is cross", public=False, by=kari, at=clock(), undo_seconds=10)
    noting.note(session, with_photo, words="The part is ordered", public=True, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    erasing.erase_by_desk(session, with_photo, files=files, by=kari, at=clock())
    session.commit()
    kept = session.scalars(select(Report).where(Report.id == with_photo.id)).one()
    assert (kept.description, kept.text_public) == (None, False)
    assert [answer["code"] for answer in kept.answers] == ["state"]
    assert (kept.reporter.name, kept.reporter.email, kept.reporter.phone) == (None, None, None)
    assert kept.nonce != nonce, "the secret link is dead"
    assert session.scalars(select(Note.body)).all() == ["The part is ordered"]
    assert session.scalar(select(func.count()).where(Photo.report_id == kept.id)) == 0
    assert set(session.scalars(select(Notification.state))) == {"cancelled"}
    assert (kept.category_code, kept.status, kept.lat) == ("lamp_dark", "new", with_photo.lat)
    with pytest.raises(NotFound):
        photos.open(photo.id)


def test_photo_bytes_stay_until_the_rows_are_gone_for_certain(session, with_photo, kari, clock, photos, files):
    photo = photo_of(session, with_photo)
    erasing.erase_by_desk(session, with_photo, files=files, by=kari, at=clock())
    session.rollback()
    assert photos.open(photo.id).exists()


def test_a_crews_photo_stays_when_a_person_is_erased(session, with_photo, kari, clock, photos, files):
    photo = photo_of(session, with_photo)
    photo.by_crew = True
    session.commit()
    erasing.erase_by_desk(session, with_photo, files=files, by=kari, at=clock())
    session.commit()
    assert photos.open(photo.id).exists()


@pytest.mark.realdb
def test_erasing_twice_at_once_is_done_once(realdb_report, real_session_factory, files, clock):
    """The second waits for the first, and then reads that it was done."""
    together = Barrier(2)

    def press(_: int) -> str:
        try:
            with transaction(real_session_factory) as session:
                report = session.get_one(Report, realdb_report)
                together.wait()
                erasing.erase_by_reporter(session, report, files=files, at=clock())
        except Gone:
            return "was done"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == ["done", "was done"]
    with transaction(real_session_factory) as session:
        lines = select(func.count(Update.id)).where(Update.kind == UpdateKind.ERASED.value)
        assert session.scalar(lines) == 1


@pytest.mark.realdb
def test_the_desk_and_the_reporter_at_once_lose_neither(realdb_report, real_session_factory, files, rules, clock):
    """Whoever is second either sees the first's work or is told to look again."""
    together = Barrier(2)

    def erase() -> str:
        with transaction(real_session_factory) as session:
            report = session.get_one(Report, realdb_report)
            together.wait()
            erasing.erase_by_reporter(session, report, files=files, at=clock())
        return "erased"

    def decide() -> str:
        try:
            with transaction(real_session_factory) as session:
                report = session.get_one(Report, realdb_report)
                together.wait()
                report.reject(actor=SYSTEM, at=clock(), words="We cannot do this.")
        except StaleDataError:
            return "look again"
        return "decided"

    with ThreadPoolExecutor(2) as pool:
        erased, decided = pool.submit(erase), pool.submit(decide)
        assert erased.result() == "erased"
        outcome = decided.result()
    with transaction(real_session_factory) as session:
        kept = session.get_one(Report, realdb_report)
        assert kept.description is None
        assert kept.status == ("rejected" if outcome == "decided" else "new")


@pytest.fixture
def realdb_report(real_session_factory, rules, clock):
    with transaction(real_session_factory) as session:
        draft = ReportDraft(
            category="lamp_dark",
            lat=STORGATA[0],
            lon=STORGATA[1],
            description="Nina's words",
            reporter=ReporterDraft(name="Nina", email="nina@example.org"),
        )
        return submit_report(session, draft, rules=rules, at=clock()).id
