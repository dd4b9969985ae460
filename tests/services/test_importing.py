"""Imports: every row comes in, was here, or is named; once; with its history; and nothing private."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from app.db import transaction
from app.errors import Invalid
from app.models import Note, Report, Update
from app.models.history import PastReport
from app.models.status import ReportStatus
from app.services.importing import import_reports
from app.services.mapping_file import MappingMistakes, load_mapping

AT = datetime(2026, 11, 30, 11, tzinfo=UTC)
HEADER = ("no", "day", "closed", "due", "kind", "state", "note", "who", "lat", "lon", "street")
MAPPING = """
source: old_system
timezone: Europe/Oslo
id: {column: no}
created: {column: day}
closed: {column: closed}
due: {column: due}
category:
  column: kind
  translate: {Lykt: lamp_dark, Hull: pothole, Tagg: tagging}
status:
  column: state
  translate: {Ny: new, Ferdig: fixed}
position: {lat: lat, lon: lon}
address: {columns: [street]}
duplicates:
  column: note
  says: "(?i)samme som"
  number: "([0-9]+)"
  written_as: ["{number}", "A-{number}"]
  without_target: rejected
default_points: [{lat: 69.65, lon: 18.95}]
private: [note, who]
"""


def row(
    no="A-1",
    day="2026-10-01 12:00",
    closed="2026-10-03 12:00",
    due="",
    kind="Lykt",
    state="Ferdig",
    note="",
    who="Navn Navnesen",
    lat="69.6492",
    lon="18.9553",
    street="Storgata 1",
):
    return (no, day, closed, due, kind, state, note, who, lat, lon, street)


@pytest.fixture
def bring(tmp_path, session, rules):
    """Import these rows by a mapping (changed by replacing texts in it)."""

    def bring(*rows, header=HEADER, at=AT, encoding="utf-8", delimiter=",", **changes):
        file, mapping = tmp_path / "reports.csv", tmp_path / "mapping.yaml"
        with file.open("w", encoding=encoding, newline="") as out:
            csv.writer(out, delimiter=delimiter).writerows([header, *rows])
        text_ = MAPPING
        for old, new in changes.get("change", {}).items():
            assert old in text_, old
            text_ = text_.replace(old, new)
        mapping.write_text(text_)
        return import_reports(session, file, load_mapping(mapping, rules), rules=rules, at=at)

    return bring


def report(session, number) -> Report:
    return session.scalars(select(Report).where(Report.source_ref == number)).one()


def history(session, number) -> list[tuple[str, str | None, str | None]]:
    query = select(Update).join(Report).where(Report.source_ref == number).order_by(Update.id)
    return [(update.kind, update.from_status, update.to_status) for update in session.scalars(query)]


def test_a_closed_report_comes_in_with_its_days_and_its_history(bring, session):
    result = bring(row(due="2026-10-20 10:00"))
    assert (result.read, result.imported, result.refused) == (1, 1, [])
    kept = report(session, "A-1")
    assert (kept.status, kept.category_code, kept.address) == ("fixed", "lamp_dark", "Storgata 1")
    assert kept.created_at == datetime(2026, 10, 1, 10, tzinfo=UTC)  # Summer time in Oslo.
    assert kept.closed_at == datetime(2026, 10, 3, 10, tzinfo=UTC)
    assert kept.due_at == datetime(2026, 10, 20, 8, tzinfo=UTC)
    assert kept.reference.startswith("2026")
    assert history(session, "A-1") == [("imported", None, "new"), ("fixed", "new", "fixed")]


def test_an_open_report_waits_at_the_desk_with_a_proposed_unit_and_a_due_date(bring, session):
    bring(row(state="Ny", closed="2026-10-03 12:00"))
    kept = report(session, "A-1")
    assert (kept.status, kept.closed_at, kept.proposed_unit_code) == ("new", None, "bydrift")
    assert kept.proposed_rule == "Andre gatelys"
    assert kept.due_at is not None
    assert history(session, "A-1") == [("imported", None, "new")]


def test_a_second_run_brings_nothing_and_a_longer_file_only_its_new_rows(bring, session):
    bring(row())
    again = bring(row())
    assert (again.imported, again.known) == (0, 1)
    longer = bring(row(), row(no="A-2"))
    assert (longer.imported, longer.known) == (1, 1)
    assert session.scalar(select(func.count()).select_from(Report)) == 2


def test_rows_without_a_number_are_told_apart_by_their_contents_and_twins_are_both_kept(bring, session):
    made_of = {"id: {column: no}": "id: {made_of: [day, kind, lat, lon]}"}
    first = bring(row(no=""), row(no=""), row(no="", kind="Hull"), change=made_of)
    assert first.imported == 3
    again = bring(row(no="", kind="Hull"), row(no=""), row(no=""), row(no=""), change=made_of)
    assert (again.imported, again.known) == (1, 3)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (row(day="i går"), "a day or time that can not be read: column day, “i går”"),
        (row(day=""), "the day it was received is missing"),
        (row(day="2027-02-01"), "it was received in the future"),
        (row(closed="2026-09-01"), "it was closed before it was received"),
        (row(kind="Ukjent"), "a word in column kind that the mapping does not translate: “Ukjent”"),
        (row(state="Kanskje"), "a status that the mapping does not translate: “Kanskje”"),
        (row(lat="nord"), "a coordinate that is no number: column lat, “nord”"),
        (row(lat="169.6"), "the position is no place on earth"),
        (row(lat="nan"), "the position is no place on earth"),
        (row(lat=""), "a position has both latitude and longitude"),
        (row(lat="", lon="", street=""), "it has neither a position nor an address"),
        (row(no=""), "its number is missing or longer than 80 characters"),
        (row(street="a\x00b"), "a character that no database keeps: column street"),
        (row()[:-1], "the row has another number of cells than the header: 10"),
    ],
)
def test_a_row_that_cannot_come_in_is_named_with_its_number_and_reason(bring, session, broken, reason):
    result = bring(row(no="A-1"), broken, row(no="A-3"))
    assert [(refused.row, refused.reason) for refused in result.refused] == [(3, reason)]
    assert result.imported == 2
    assert result.read == 3


def test_two_rows_with_one_number_are_one_report_and_one_refusal(bring):
    result = bring(row(), row(kind="Hull"))
    assert result.imported == 1
    assert [(refused.row, refused.reason) for refused in result.refused] == [
        (3, "the number stands twice in the file: first in row 2")
    ]


def test_a_byte_of_another_encoding_refuses_its_row_and_not_the_file(tmp_path, bring, session, rules):
    bring(row())  # Writes the mapping.
    file = tmp_path / "latin.csv"
    lines = [",".join(HEADER), ",".join(row(no="B-1", street="Sjøgata")), ",".join(row(no="B-2"))]
    file.write_bytes("\r\n".join(lines).encode("latin-1"))
    mapping = load_mapping(tmp_path / "mapping.yaml", rules)
    result = import_reports(session, file, mapping, rules=rules, at=AT)
    assert [refused.reason for refused in result.refused] == [
        "letters that are not in the file's encoding: column street"
    ]
    assert result.imported == 1


def test_another_encoding_and_delimiter_are_read_as_the_mapping_says(bring, session):
    bring(
        row(street="Sjøgata 4"),
        encoding="latin-1",
        delimiter=";",
        change={"timezone:": 'file: {encoding: latin-1, delimiter: ";"}\ntimezone:'},
    )
    assert report(session, "A-1").address == "Sjøgata 4"


def test_a_note_that_names_another_report_makes_a_duplicate_of_it_wherever_it_stands(bring, session):
    result = bring(row(no="A-2", note="Samme som 1"), row(no="A-1"))
    first = report(session, "A-1")
    second = report(session, "A-2")
    assert (second.status, second.duplicate_of_id) == ("duplicate", first.id)
    assert history(session, "A-2")[-1] == ("duplicate", "new", "duplicate")
    assert result.linked == 1


def test_chains_lead_to_the_first_report_and_circles_do_not_turn(bring, session):
    bring(
        row(no="A-1"),
        row(no="A-2", note="samme som A-1"),
        row(no="A-3", note="samme som 2"),
        row(no="A-8", note="samme som 9"),
        row(no="A-9", note="samme som 8"),
    )
    assert report(session, "A-3").duplicate_of_id == report(session, "A-1").id
    assert report(session, "A-8").status == "rejected"
    assert report(session, "A-9").duplicate_of_id == report(session, "A-8").id


def test_a_duplicate_of_nobody_known_is_flagged_and_closed_as_the_mapping_says(bring, session):
    result = bring(row(note="samme som 4711"), row(no="A-2", note="samme som 2"))
    assert (report(session, "A-1").status, report(session, "A-1").flags) == ("rejected", ["duplicate_unlinked"])
    assert report(session, "A-2").duplicate_of_id is None
    assert result.flags["duplicate_unlinked"] == 2


def test_a_duplicate_can_name_a_report_of_an_earlier_file(bring, session):
    bring(row(no="A-1"))
    bring(row(no="A-2", note="samme som A-1"))
    assert report(session, "A-2").duplicate_of_id == report(session, "A-1").id


def test_default_points_and_points_that_repeat_are_flagged_and_stay_on_the_map(bring, session):
    crowd = [row(no=f"C-{n}", lat="69.66", lon="18.96") for n in range(30)]
    result = bring(row(lat="69.65", lon="18.95"), row(no="A-2"), *crowd)
    assert result.flags == {"default_point": 1, "repeated_point": 30}
    assert report(session, "A-1").flags == ["default_point"]
    assert report(session, "A-2").flags == []
    assert session.scalar(text("SELECT sum(n) FROM map_tally WHERE level = 14 AND category_code <> ''")) == 32


def test_a_place_outside_the_area_and_no_place_at_all_are_flagged(bring, session):
    bring(row(lat="59.91", lon="10.75"), row(no="A-2", lat="", lon=""))
    assert report(session, "A-1").flags == ["outside_area"]
    assert (report(session, "A-2").flags, report(session, "A-2").is_placed) == (["unplaced"], False)


def test_private_columns_leave_no_trace(bring, session):
    bring(row(note="samme som 99, sa Navn Navnesen"), row(no="A-2"))
    everything = session.scalars(
        text("SELECT row_to_json(r)::text FROM report r UNION ALL SELECT row_to_json(u)::text FROM report_update u")
    ).all()
    assert len(everything) == 6
    assert not any("Navnesen" in line or "samme" in line for line in everything)
    assert session.scalar(select(func.count()).select_from(Note)) == 0


def test_a_private_category_stays_private(bring, session):
    bring(row(kind="Tagg"))
    assert report(session, "A-1").private


@pytest.mark.realdb
def test_an_import_that_is_stopped_at_the_end_leaves_nothing_and_can_be_run_again(
    real_session_factory, tmp_path, rules
):
    mapping, file = tmp_path / "mapping.yaml", tmp_path / "reports.csv"
    mapping.write_text(MAPPING)
    file.write_text(",".join(HEADER) + "\n" + "\n".join(",".join(row(no=f"A-{n}")) for n in range(700)))
    fitting = load_mapping(mapping, rules)

    def stop(what, done, of):
        if what == "Writing" and done == of:
            raise KeyboardInterrupt

    def import_all(progress=None):
        with transaction(real_session_factory) as session:
            return import_reports(session, file, fitting, rules=rules, at=AT, progress=progress)

    with pytest.raises(KeyboardInterrupt):
        import_all(stop)
    with transaction(real_session_factory) as session:
        assert (
            session.scalar(
                text("SELECT (SELECT count(*) FROM report) + (SELECT count(*) FROM map_tally WHERE level > 0)")
            )
            == 0
        )
    assert import_all().imported == 700


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("Lykt: lamp_dark", "Lykt: lamp_drak", 10, "Did you mean “lamp_dark”?"),
        ("source:", "sorce: x\nsource:", 2, "The key “sorce” is not known here. Did you mean “source”?"),
        ("translate: {Ny: new, Ferdig: fixed}", "translate: {Ny: new, Ferdig: done}", 13, "is not allowed"),
        ("timezone: Europe/Oslo", "timezone: Europe/Olso", 3, "no time zone “Europe/Olso”"),
        ('says: "(?i)samme som"', 'says: "(samme"', 18, "it is no regular expression"),
        ("closed: {column: closed}\n", "", 10, "Closed reports need a closing time"),
        ("address: {columns: [street]}", "address: {columns: [street, who]}", 15, "The column “who” is private"),
        ("created: {column: day}", "created: {column: day, time: noon}", 5, "does not fit for “time”"),
        ("{column: due}", "[due]", 7, "write keys with values"),
    ],
)
def test_a_mistake_in_the_mapping_is_named_with_its_line(tmp_path, rules, old, new, line, words):
    file = tmp_path / "mapping.yaml"
    assert old in MAPPING
    file.write_text(MAPPING.replace(old, new, 1))
    with pytest.raises(MappingMistakes) as caught:
        load_mapping(file, rules)
    told = [str(problem) for problem in caught.value.problems]
    assert any(problem.startswith(f"{file}:{line}: ") and words in problem for problem in told), told


def test_a_column_that_the_file_does_not_have_is_named_with_the_mappings_line(bring):
    with pytest.raises(MappingMistakes, match=r"mapping.yaml:5: The file has no column “day”. Did you mean “days”\?"):
        bring(row(), header=tuple("days" if name == "day" else name for name in HEADER))


@pytest.mark.parametrize(("header", "words"), [((), "is empty"), (("no", "no"), "two columns called no")])
def test_a_file_without_a_usable_header_is_refused_whole(bring, header, words):
    with pytest.raises(Invalid, match=words):
        bring(header=header)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": ReportStatus.SCHEDULED},
        {"status": ReportStatus.FIXED},
        {"status": ReportStatus.NEW, "closed_at": AT},
        {"status": ReportStatus.DUPLICATE, "closed_at": AT},
        {"status": ReportStatus.FIXED, "closed_at": AT, "duplicate_of_id": 7},
        {"status": ReportStatus.FORWARDED},
        {"lon": None},
    ],
)
def test_the_door_lets_nothing_in_that_a_living_report_could_not_be(wrong):
    good = {
        "source": "s",
        "source_ref": "1",
        "category_code": "pothole",
        "status": ReportStatus.NEW,
        "created_at": AT,
        "lat": 69.6,
        "lon": 18.9,
    }
    PastReport(**good)
    with pytest.raises(Invalid):
        PastReport(**{**good, **wrong})


def test_every_status_of_the_past_ends_its_history_in_itself():
    for status in set(ReportStatus) - {ReportStatus.SCHEDULED}:
        closed = AT if status.value in {"fixed", "answered", "referred", "rejected", "duplicate", "withdrawn"} else None
        past = PastReport(
            source="s",
            source_ref="1",
            category_code="pothole",
            status=status,
            created_at=AT,
            closed_at=closed,
            lat=69.6,
            lon=18.9,
            unit_code="bydrift",
            duplicate_of_id=3 if status == ReportStatus.DUPLICATE else None,
        )
        steps = [(line[4], line[5]) for line in past.update_rows(1)]
        assert steps[0] == (None, "new")
        assert steps[-1][1] == status.value
        assert all(before[1] == after[0] for before, after in pairwise(steps))


def test_an_import_tells_how_far_it_is(bring, tmp_path, session, rules):
    bring(row())
    seen = []
    import_reports(
        session,
        tmp_path / "reports.csv",
        load_mapping(tmp_path / "mapping.yaml", rules),
        rules=rules,
        at=AT,
        progress=lambda what, done, of: seen.append((what, done, of)),
    )
    size = Path(tmp_path / "reports.csv").stat().st_size
    assert ("Reading", size, size) in seen
