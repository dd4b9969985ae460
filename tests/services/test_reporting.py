"""Taking a report in: what is stored with it, what is refused, and that one key makes one report."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.db import transaction
from app.errors import Invalid
from app.models import Asset, IdempotencyKey, Notification, Photo, Report, Update
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from tests.application import STORGATA

LAMP = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1], description="Dark since Friday.")


@pytest.fixture
def submit(session, rules, clock):
    def submit_(draft: ReportDraft = LAMP, **given: object) -> Report:
        return submit_report(session, draft, rules=rules, at=clock(), **given)

    return submit_


def test_a_dead_lamp_is_proposed_to_bydrift_and_the_reason_is_kept(submit):
    report = submit()
    assert report.proposed_unit_code == "bydrift"
    assert report.proposed_rule
    assert report.proposal_reason
    assert report.unit_code is None


def test_the_first_update_and_the_due_date_come_with_it(submit, session, clock):
    report = submit()
    first = session.scalars(select(Update).where(Update.report_id == report.id)).one()
    assert (first.kind, first.to_status, first.public) == ("submitted", "new", True)
    assert report.due_at > clock() + timedelta(days=1)


def test_the_resident_s_words_are_not_public_before_the_desk_has_read_them(submit):
    assert submit().text_public is False


def test_a_receipt_is_queued_with_its_job_when_an_address_is_given(submit, session):
    submit(replace(LAMP, reporter=ReporterDraft(email="siri@example.com")))
    session.commit()
    notification = session.scalars(select(Notification)).one()
    assert (notification.kind, notification.state) == ("receipt", "pending")
    jobs = session.execute(text("SELECT task_name, args FROM procrastinate_jobs")).all()
    assert jobs == [("notify", {"notification_id": notification.id})]


def test_nothing_is_kept_of_somebody_who_gave_nothing(submit, session):
    report = submit()
    assert report.reporter is None
    assert session.scalar(select(func.count()).select_from(Notification)) == 0


def test_the_nearest_lamp_within_25_metres_comes_along_with_its_owner(submit, session):
    session.add_all(
        [
            Asset(
                kind="lamp",
                source_ref="A-1",
                number="A-1",
                lat=STORGATA[0] + 0.0001,
                lon=STORGATA[1],
                owner="municipality",
                road_owner="county",
            ),
            Asset(
                kind="lamp",
                source_ref="A-2",
                number="A-2",
                lat=STORGATA[0] + 0.0005,
                lon=STORGATA[1],
                owner="state",
                road_owner="state",
            ),
        ]
    )
    session.flush()
    report = submit()
    assert session.get_one(Asset, report.asset_id).number == "A-1"
    assert (report.asset_owner, report.road_owner) == ("municipality", "county")


def test_a_lamp_further_away_than_that_is_not_guessed(submit, session):
    session.add(
        Asset(kind="lamp", source_ref="A-2", number="A-2", lat=STORGATA[0] + 0.0005, lon=STORGATA[1], owner="state")
    )
    session.flush()
    assert submit().asset_id is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": "nonsense"}, "category"),
        ({"lat": None, "lon": None}, "position"),
        ({"lat": 69.65, "lon": None}, "position"),
        ({"lat": 59.91, "lon": 10.75}, "position"),
        ({"lat": 0.0, "lon": 0.0}, "position"),
        ({"lat": 1234.0, "lon": 18.95}, "position"),
        ({"description": "x" * 3001}, "description"),
        ({"reporter": ReporterDraft(email="no address")}, "email"),
        ({"reporter": ReporterDraft(email="a@b.no\r\nBcc: all@tromso.example")}, "email"),
        ({"reporter": ReporterDraft(phone="call me")}, "phone"),
        ({"reporter": ReporterDraft(name="n" * 101)}, "name"),
        ({"answers": {"nobody_asked": "1"}}, "answers.nobody_asked"),
        ({"photo_ids": tuple(uuid.uuid4() for _ in range(6))}, "photos"),
        ({"photo_ids": (uuid.uuid4(),)}, "photos"),
    ],
)
def test_each_mistake_is_named_at_its_field(submit, change, field):
    with pytest.raises(Invalid) as refused:
        submit(replace(LAMP, **change))
    assert field in refused.value.fields


def test_all_mistakes_are_named_at_once(submit):
    with pytest.raises(Invalid) as refused:
        submit(replace(LAMP, lat=0.0, lon=0.0, description="x" * 4000, reporter=ReporterDraft(email="@")))
    assert set(refused.value.fields) == {"position", "description", "email"}


def test_swapped_latitude_and_longitude_are_recognised(submit):
    with pytest.raises(Invalid) as refused:
        submit(replace(LAMP, lat=STORGATA[1], lon=STORGATA[0]))
    assert "swap" in refused.value.fields["position"]


def test_an_address_can_stand_in_for_the_place(submit):
    report = submit(replace(LAMP, lat=None, lon=None, address="Storgata 5, outside the bakery"))
    assert not report.is_placed


def test_open_wires_are_phoned_and_never_written(submit, rules):
    urgent = next(category for category in rules.categories.values() if category.phone_instead)
    with pytest.raises(Invalid) as refused:
        submit(replace(LAMP, category=urgent.code))
    assert "Phone" in refused.value.fields["category"]


def test_a_photo_belongs_to_one_report_only(submit, session, clock):
    photo = Photo(created_at=clock(), width=1, height=1, sha256="0" * 64)
    session.add(photo)
    session.flush()
    first = submit(replace(LAMP, photo_ids=(photo.id,)))
    with pytest.raises(Invalid):
        submit(replace(LAMP, photo_ids=(photo.id,)))
    session.refresh(photo)
    assert photo.report_id == first.id


def test_the_same_key_and_contents_give_the_same_report(submit, session):
    first = submit(idempotency_key="k1")
    assert submit(idempotency_key="k1").id == first.id
    assert session.scalar(select(func.count()).select_from(Report)) == 1


def test_the_same_key_with_other_contents_is_refused(submit):
    submit(idempotency_key="k1")
    with pytest.raises(Invalid, match="another report"):
        submit(replace(LAMP, description="Something else"), idempotency_key="k1")


def test_a_refused_report_leaves_its_key_free(state, rules, clock, session):
    with pytest.raises(Invalid), transaction(state.session_factory) as own:
        submit_report(own, replace(LAMP, category="nonsense"), rules=rules, at=clock(), idempotency_key="k1")
    assert session.get(IdempotencyKey, "k1") is None


@pytest.mark.realdb
def test_eight_at_once_with_one_key_make_one_report(real_session_factory, rules, clock):
    def send(_: int) -> str:
        with transaction(real_session_factory) as own:
            return submit_report(own, LAMP, rules=rules, at=clock(), idempotency_key="double tap").reference

    with ThreadPoolExecutor(8) as pool:
        references = set(pool.map(send, range(8)))
    with real_session_factory() as session:
        assert references == {session.scalars(select(Report.reference)).one()}


@pytest.mark.realdb
def test_a_receipt_that_rolls_back_leaves_no_job(real_session_factory, rules, clock):
    def fail(own: Session) -> None:
        submit_report(own, replace(LAMP, reporter=ReporterDraft(email="siri@example.com")), rules=rules, at=clock())
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError), transaction(real_session_factory) as own:
        fail(own)
    with real_session_factory() as session:
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
