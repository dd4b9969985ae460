"""What comes through a firm's link: for the unit before anybody else, not more than a round takes, and not after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import TooMany
from app.models import EntryKind, FieldEntry, Photo, Report, RoundLink, Update
from app.services import field_faults, field_photos
from app.services.driving import Driver
from app.text import MARK
from tests.application import STORGATA
from tests.rounds import ago
from tests.web.pages.test_front import jpeg


@pytest.fixture
def the_round(waiting, make_round):
    return make_round([waiting()], [waiting()])


@pytest.fixture
def link(session, the_round, clock):
    made = RoundLink(route_list_id=the_round.id, name="Lys AS", created_at=clock(), ends_at=clock() + timedelta(days=9))
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def firm(cab_of, per, the_round, link):
    cab = cab_of(per, the_round)
    cab.driver = Driver(link=link)
    return cab


@pytest.fixture
def crew(cab_of, per, the_round):
    return cab_of(per, the_round)


def fixed_line(session) -> Update:
    return session.scalars(select(Update).where(Update.kind == "fixed")).one()


def other_fault(clock, number: int, **given):
    return {
        "key": f"other-{number}", "kind": EntryKind.OTHER_FAULT, "category": "lamp_dark", "words": f"Dark {number}",
        "lat": STORGATA[0], "lon": STORGATA[1], **given,
    }  # fmt: skip


# Words and photos


def test_a_firm_s_words_and_photos_are_for_staff_though_it_asked_to_show_them(firm, the_round, session, state, clock):
    field_photos.take_photo(session, state.photos, the_round, jpeg(), key="before-the-tap", at=clock())
    firm.tap(the_round.stops[0], "done", words="Call 77000001", show=True, photo_keys=("before-the-tap", "late"))
    field_photos.take_photo(session, state.photos, the_round, jpeg(), key="late", at=clock())
    line = fixed_line(session)
    assert (line.note.body, line.note.public) == ("Call 77000001", False)
    session.expire_all()
    assert [(one.by_crew, one.public) for one in session.scalars(select(Photo))] == [(True, False), (True, False)]


def test_what_our_own_crew_shows_to_everybody_says_nobody_s_number_or_address(crew, the_round, session):
    words = "Spoke with 77 00 00 01 and ann@example.com. New lamp."
    crew.tap(the_round.stops[0], "done", words=words, show=True)
    line = fixed_line(session)
    assert line.note.public
    assert line.note.body == f"Spoke with {MARK} {MARK} {MARK} {MARK} and {MARK} New lamp."
    assert the_round.stops[0].note == words


def test_what_is_for_staff_only_is_kept_as_it_was_written(crew, the_round, session):
    crew.tap(the_round.stops[0], "done", words="Spoke with 77000001.")
    assert (fixed_line(session).note.body, fixed_line(session).note.public) == ("Spoke with 77000001.", False)


def test_our_own_crew_s_note_does_not_stand_on_the_firm_s_stop(firm, crew, the_round):
    firm.tap(the_round.stops[0], "done", words="New lamp")
    crew.tap(the_round.stops[0], words="Sloppy work")
    assert the_round.stops[0].note == "New lamp"


# How much


def test_a_link_reports_sixty_other_faults_a_day_and_the_next_are_kept(firm, clock, session, monkeypatch):
    monkeypatch.setattr(field_faults, "MOST_BY_LINK", 2)
    answers = [firm.tap(None, **other_fault(clock, number)) for number in range(4)]
    assert [(one.result, one.conflict) for one in answers] == [
        ("applied", None), ("applied", None), ("refused", "too_many"), ("refused", "too_many"),
    ]  # fmt: skip
    assert answers[2].sentence
    assert len(session.scalars(select(Report).where(Report.channel == "crew")).all()) == 2
    kept = session.scalars(select(FieldEntry.words).where(FieldEntry.result == "refused").order_by(FieldEntry.id))
    assert kept.all() == ["Dark 2", "Dark 3"]
    clock.pass_(hours=25)
    assert firm.tap(None, **other_fault(clock, 9)).result == "applied"


def test_our_own_crews_other_faults_are_not_counted(crew, clock, monkeypatch):
    monkeypatch.setattr(field_faults, "MOST_BY_LINK", 1)
    assert [crew.tap(None, **other_fault(clock, number)).result for number in range(3)] == ["applied"] * 3


def test_a_link_sends_some_photos_a_day_and_the_same_one_again_is_not_counted(
    the_round, link, session, state, clock, monkeypatch
):
    monkeypatch.setattr(field_photos, "MOST_BY_LINK", 2)
    for key in ("a", "b", "a", "b"):
        field_photos.take_photo(session, state.photos, the_round, jpeg(), key=key, at=clock(), link_id=link.id)
    with pytest.raises(TooMany):
        field_photos.take_photo(session, state.photos, the_round, jpeg(), key="c", at=clock(), link_id=link.id)
    assert field_photos.take_photo(session, state.photos, the_round, jpeg(), key="c", at=clock())


# After the end


def test_after_a_firm_s_end_nothing_is_ticked_or_taken_back_but_what_was_done_before(
    firm, crew, the_round, clock, session
):
    first, second = the_round.stops
    firm.tap(first, "done", happened_at=ago(clock, minutes=20))
    firm.tap(None, kind=EntryKind.END, happened_at=ago(clock, minutes=10))
    assert firm.tap(first, kind=EntryKind.UNDO).conflict == "ended"
    answer = firm.tap(second, "done", words="Later")
    assert (answer.result, answer.conflict) == ("conflict", "ended")
    assert firm.tap(None, **other_fault(clock, 1)).conflict == "ended"
    assert (first.outcome, second.outcome) == ("done", None)
    # A second end moves nothing.
    firm.tap(None, kind=EntryKind.END)
    assert firm.tap(second, "done").conflict == "ended"
    late = firm.tap(second, "done", happened_at=ago(clock, minutes=15))
    assert (late.result, late.conflict, second.outcome) == ("applied", "list_closed", "done")


def test_our_own_crew_may_go_on_after_its_end(crew, the_round):
    crew.tap(None, kind=EntryKind.END)
    assert crew.tap(the_round.stops[0], "done").result == "applied"


# Materials


def test_material_that_rounds_to_nothing_or_is_not_in_use_is_left_out_and_the_tap_counts(crew, the_round):
    first, second = the_round.stops
    answer = crew.tap(first, "done", materials={"led_40": 0.001})
    assert (answer.result, answer.conflict, first.materials) == ("applied", None, [])
    answer = crew.tap(second, "done", materials={"led_40": 0.006, "gold": 2.0, "x" * 41: 1.0})
    assert (answer.result, answer.conflict) == ("applied", "no_material")
    assert [(one.material_code, one.quantity) for one in second.materials] == [("led_40", 0.01)]


@pytest.mark.parametrize("pieces", [1e6, -1.0])
def test_an_amount_that_cannot_be_is_no_amount(crew, the_round, pieces):
    first = the_round.stops[0]
    assert crew.tap(first, "done", materials={"led_40": pieces}).result == "applied"
    assert first.materials == []
