"""What of a report's words and photos goes outside: masks and blurs, with corrections, units outside and time."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from app.errors import Conflict
from app.models import REPORTER, SYSTEM, Delivery, Mention, Photo, Report, Role, Update, UpdateKind
from app.queries.mentions import mentions
from app.services import blurring, forgetting, moderation, noting, parcels, retention, triage, undoing, upkeep
from app.services.photos import attach_photos, take_photo
from app.storage import Region

WORDS = "Hullet er dypt. Hilsen Nina Hansen"
REGION = [Region(10, 10, 50, 50)]


@pytest.fixture
def report(session, make_report, state, clock) -> Report:
    """With words of which two are masked, let through, and a public photo with a part blurred."""
    made = make_report(description=WORDS, email="nina@example.org", name="Nina Hansen")
    out = BytesIO()
    Image.effect_noise((200, 150), 60).convert("RGB").save(out, "JPEG")
    photo = take_photo(session, state.photos, out.getvalue(), at=clock())
    attach_photos(session, made, [photo.id])
    photo.public = True
    session.commit()
    return made


@pytest.fixture
def masked(session, report, kari, clock) -> Report:
    moderation.mask_words(session, report, which={4, 5}, publish=True, by=kari, at=clock())
    session.commit()
    return report


def photo_of(session, report) -> Photo:
    session.expire_all()
    return session.scalars(select(Photo).where(Photo.report_id == report.id)).one()


def blur(session, report, state, kari, clock) -> Photo:
    photo = photo_of(session, report)
    blurring.blur_photo(session, report, photo_id=photo.id, regions=REGION, store=state.photos, by=kari, at=clock())
    session.commit()
    return photo_of(session, report)


def files(state) -> set[str]:
    return {path.name for path in state.photos.folder.rglob("*.jpg")}


def test_history_tells_how_many_words_and_none_of_them(session, masked):
    line = session.scalars(select(Update).where(Update.kind == UpdateKind.MASKED.value)).one()
    assert line.data == {"words": 2}
    assert not line.public


def test_corrected_words_have_no_mask_and_are_not_public_until_read_anew(session, masked, clock):
    masked.correct({"description": "Hilsen Nina Olsen"}, what=["words"], actor=REPORTER, at=clock(), before=WORDS)
    session.commit()
    assert (masked.masked_words, masked.public_words) == (None, None)


def test_a_corrected_place_leaves_the_masks(session, masked, clock):
    masked.correct({"address": "Storgata 1"}, what=["place"], actor=REPORTER, at=clock(), before=None)
    assert masked.masked_words is not None
    assert masked.public_words is None


def test_words_that_the_reporter_keeps_back_are_masked_but_not_published(session, report, kari, clock):
    report.withhold(withheld=True, actor=REPORTER, at=clock())
    with pytest.raises(Conflict):
        moderation.mask_words(session, report, which={4}, publish=True, by=kari, at=clock())
    moderation.mask_words(session, report, which={4}, by=kari, at=clock())
    assert report.public_words is None


def test_an_outside_unit_gets_no_masked_word_and_our_own_gets_all(session, masked, decide, rules, office, clock):
    outside = next(unit.code for unit in rules.units.values() if unit.outside)
    for code in ("bydrift", outside):
        decide(lambda *given, code=code, **named: triage.forward(*given, code, rules=rules, **named), masked)
    session.expire_all()
    found = {}
    for delivery in session.scalars(select(Delivery).order_by(Delivery.id)):
        parcel = parcels.pack(session, delivery, office=office, at=clock())
        if parcel is not None:
            found[parcel.outside] = parcel.description
    assert found.get(True) == "Hullet er dypt. Hilsen […] […]"


def test_time_takes_the_words_behind_the_bars_and_leaves_what_everybody_reads(session, masked, office, clock):
    masked.fix(actor=SYSTEM, at=clock())
    session.commit()
    clock.pass_(days=367)
    retention.run(office)
    session.expire_all()
    assert masked.description == "Hullet er dypt. Hilsen […] […]"
    assert masked.public_words == "Hullet er dypt. Hilsen […] […]"


def test_erasing_takes_masked_words_and_originals(session, masked, state, kari, clock):
    blur(session, masked, state, kari, clock)
    gone = forgetting.forget(session, [masked.id], at_wish=True, actor=SYSTEM, at=clock())
    forgetting.after_commit(session, photos=state.photos, gone=gone)
    session.commit()
    session.expire_all()
    assert (masked.description, masked.masked_words) == (None, None)
    assert files(state) == set()


def test_the_original_goes_when_its_time_is_over_and_the_blurred_photo_stays(
    session, report, state, office, kari, clock
):
    photo = blur(session, report, state, kari, clock)
    assert len(files(state)) == 4
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    clock.pass_(days=office.settings.photo_days)
    retention.run(office)
    assert len(files(state)) == 4, "not a day too early"
    clock.pass_(days=2)
    assert retention.count(office)["held_photos"] == 1
    retention.run(office)
    assert files(state) == {f"{photo.id}.jpg", f"{photo.id}.thumbnail.jpg"}
    kept = photo_of(session, report)
    assert (kept.public, kept.original_id) == (True, None)
    assert kept.blurred_at is not None


def test_the_nightly_sweep_knows_originals(session, report, state, office, kari, clock):
    blur(session, report, state, kari, clock)
    clock.pass_(days=3)
    upkeep._sweep_files(office, now=clock())
    assert len(files(state)) == 4


def test_a_photo_blurred_twice_is_made_from_its_original(session, report, state, kari, clock):
    first = blur(session, report, state, kari, clock)
    before = (first.id, first.sha256)
    second = blur(session, report, state, kari, clock)
    assert second.id != before[0]
    assert second.sha256 == before[1], "a blur of the blurred one would differ"
    assert len(files(state)) == 4


def test_marks_of_a_photo_without_its_original_stay_when_more_are_made(session, report, state, kari, clock):
    photo = blur(session, report, state, kari, clock)
    photo.original_id = None
    session.commit()
    blurring.blur_photo(
        session, report, photo_id=photo.id, regions=[Region(80, 80, 10, 10)], store=state.photos, by=kari, at=clock()
    )
    session.commit()
    again = photo_of(session, report)
    assert len(again.regions) == 2
    assert again.original_id is None


def test_a_blur_that_is_not_committed_changes_nothing(session, report, state, kari, clock):
    before = photo_of(session, report)
    wanted = (before.id, before.sha256)
    nested = session.begin_nested()
    blurring.blur_photo(session, report, photo_id=wanted[0], regions=REGION, store=state.photos, by=kari, at=clock())
    nested.rollback()
    photo = photo_of(session, report)
    assert (photo.id, photo.sha256) == wanted
    assert f"{wanted[0]}.jpg" in files(state)


def test_the_second_of_two_who_blur_is_told(session, report, state, kari, clock):
    with pytest.raises(Conflict):
        blurring.blur_photo(
            session,
            report,
            photo_id=photo_of(session, report).id,
            regions=REGION,
            store=state.photos,
            by=kari,
            at=clock(),
            version=report.version - 1,
        )


def test_a_mention_that_is_undone_calls_nobody(session, report, kari, ada, decide, clock):
    line = decide(noting.note, report, words="@Ada, se på denne", public=False)
    assert session.scalars(select(Report.id).where(mentions(ada))).all() == [report.id]
    assert session.scalars(select(Report.id).where(mentions(kari))).all() == []
    undoing.undo(session, report, update_id=line.id, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    assert session.scalars(select(Report.id).where(mentions(ada))).all() == []


def test_a_public_note_calls_nobody(session, report, ada, decide):
    decide(noting.note, report, words="@Ada", public=True)
    assert session.scalars(select(Mention)).all() == []


def test_two_of_one_first_name_are_told_apart_by_the_whole_name(session, report, kari, make_staff, ada):
    make_staff("Ada Lie", Role.DESK)
    assert noting.called(session, report, "@Ada").staff == [ada], "who is called just Ada is meant"
    make_staff("Per Å", Role.DESK)
    make_staff("Per Ø", Role.DESK)
    assert noting.called(session, report, "@Per").unclear == ["Per"]
    assert [one.name for one in noting.called(session, report, '@"per ø"').staff] == ["Per Ø"]
