"""History is only added to: tried as the application's own role, with the statements that a mistake would send."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.models import REPORTER, Actor, ChangeKind, Merge, Note, Role, Staff, Update, UpdateKind
from app.queries.visible import report_for
from app.services import forgetting, sight, triage, undoing
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import NOON, STORGATA

pytestmark = pytest.mark.realdb


@pytest.fixture
def told(real_session_factory, rules):
    """A report with a history that is committed: received, noted, rejected; seen by the desk. Gives its id."""
    with real_session_factory.begin() as session:
        kari = Staff(
            email="k@x.example", name="Kari", role=Role.DESK.value, created_at=NOON, language="en", active=True
        )
        session.add(kari)
        session.flush()
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        report = submit_report(session, draft, rules=rules, at=NOON)
        report.note(actor=Actor.of(kari), at=NOON, words="She phoned.", public=False)
        sight.seen(session, report, kari, at=NOON, what="page")
        other = submit_report(session, draft, rules=rules, at=NOON)
        session.add(Merge(report_id=report.id, into_id=other.id, along=[], at=NOON, by_id=kari.id))
        kari.record(ChangeKind.ADDED, by=None, at=NOON, role="desk")
    with real_session_factory.begin() as session:
        loaded = report_for(session, session.get(Staff, kari.id), report.reference)
        triage.forward(
            session, loaded, "bydrift", rules=rules, by=session.get(Staff, kari.id), at=NOON, undo_seconds=10
        )
    return report.id


REFUSED = [
    "UPDATE report_update SET at = now()",
    "UPDATE report_update SET staff_id = NULL WHERE staff_id IS NOT NULL",
    "UPDATE report_update SET public = true WHERE NOT public",
    "UPDATE report_update SET public = false WHERE public",
    "UPDATE report_update SET data = '{}' WHERE kind = 'forwarded'",
    "UPDATE report_update SET data = data || '{\"undone\": true}', kind = 'noted', public = false",
    "DELETE FROM report_update",
    "TRUNCATE report_update CASCADE",
    "UPDATE note SET body = 'She wrote.'",
    "UPDATE note SET public = true",
    "DELETE FROM note",
    "TRUNCATE note",
    "UPDATE forwarding SET unit_code = 'eiendom'",
    "UPDATE forwarding SET by_id = NULL",
    "UPDATE forwarding SET rule = 'other'",
    "UPDATE forwarding SET corrected = NOT corrected",
    "UPDATE forwarding SET proposed_unit_code = 'eiendom'",
    "DELETE FROM forwarding",
    "TRUNCATE forwarding CASCADE",
    "UPDATE merge SET into_id = report_id, report_id = into_id",
    "UPDATE merge SET by_id = NULL",
    "UPDATE merge SET ended_at = at - interval '1 day'",
    "UPDATE merge SET along = '{1}'",
    "DELETE FROM merge",
    "TRUNCATE merge",
    "UPDATE report_sight SET at = now()",
    "UPDATE report_sight SET staff_id = staff_id + 1",
    "DELETE FROM report_sight",
    "TRUNCATE report_sight",
    "UPDATE staff_change SET by_id = staff_id",
    "DELETE FROM staff_change",
    "TRUNCATE staff_change",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_what_has_happened_cannot_be_changed_or_deleted(real_session_factory, told, statement):
    with real_session_factory() as session, pytest.raises(ProgrammingError, match="is history"):
        session.execute(text(statement))


@pytest.mark.parametrize("statement", ["DELETE FROM staff", "DELETE FROM report_update WHERE id = -1"])
def test_a_statement_about_nothing_or_about_whom_others_name_does_no_harm(real_session_factory, told, statement):
    with real_session_factory() as session:
        if "staff" in statement:
            with pytest.raises(Exception, match=r"staff|history"):
                session.execute(text(statement))
        else:
            assert session.execute(text(statement)).rowcount == 0


def test_the_orm_cannot_do_it_either(real_session_factory, told):
    with real_session_factory() as session:
        update = session.scalars(select(Update).where(Update.kind == UpdateKind.NOTED.value)).one()
        update.kind = UpdateKind.FIXED.value
        with pytest.raises(ProgrammingError, match="rows are only added"):
            session.flush()


def test_a_line_is_completed_in_the_transaction_that_wrote_it_also_behind_a_savepoint(real_session_factory, told):
    with real_session_factory.begin() as session:
        with session.begin_nested():
            session.execute(text("""
                INSERT INTO report_update (report_id, at, kind, actor_kind, public, data)
                VALUES (:id, now(), 'noted', 'staff', false, '{}')
            """), {"id": told})  # fmt: skip
        with session.begin_nested():
            changed = session.execute(text("UPDATE report_update SET data = '{\"before\": {}}' WHERE data = '{}' "
                                           "AND kind = 'noted' AND at > '2026-11-30T11:00Z'::timestamptz "
                                           "- interval '1 year' AND staff_id IS NULL"))  # fmt: skip
        assert changed.rowcount == 1
    with real_session_factory() as session, pytest.raises(ProgrammingError, match="is history"):
        session.execute(text("UPDATE report_update SET data = '{}' WHERE data ? 'before'"))


def test_an_undone_decision_is_marked_once_and_hidden_and_nothing_else_of_it_changes(real_session_factory, told, rules):
    with real_session_factory.begin() as session:
        [made] = session.scalars(select(Update).where(Update.kind == UpdateKind.FORWARDED.value))
        kari = session.scalars(select(Staff)).one()
        report = report_for(session, kari, str(session.scalar(text("SELECT min(reference) FROM report"))))
        undoing.undo(session, report, update_id=made.id, by=kari, at=NOON, undo_seconds=10)
    with real_session_factory() as session:
        again = session.get(Update, made.id)
        assert (again.public, again.data["undone"], again.kind) == (False, True, "forwarded")
        with pytest.raises(ProgrammingError, match="is history"):
            session.execute(text("UPDATE report_update SET data = data || '{\"undone\": true}' WHERE data ? 'undone'"))


def test_words_go_with_a_person_and_everything_with_a_deleted_report(real_session_factory, told):
    with real_session_factory.begin() as session:
        forgetting.forget(session, [told], at_wish=True, actor=REPORTER, at=NOON)
        assert session.scalars(select(Note)).all() == []
        session.execute(
            text("INSERT INTO note (update_id, body, public) SELECT max(id), 'x', false FROM report_update")
        )
    with real_session_factory() as session, pytest.raises(ProgrammingError, match="is history"):
        session.execute(text("DELETE FROM note"))
    with real_session_factory.begin() as session:
        session.execute(text("DELETE FROM report"))
    with real_session_factory() as session:
        for table in ("report_update", "forwarding", "report_sight", "merge"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_the_end_of_a_merge_is_said_once_and_can_be_undone(real_session_factory, told):
    def attempt(statement):
        with real_session_factory.begin() as session:
            return session.execute(text(statement)).rowcount

    assert attempt("UPDATE merge SET ended_at = at + interval '1 minute'") == 1
    with pytest.raises(ProgrammingError, match="is history"):
        attempt("UPDATE merge SET ended_at = at + interval '1 day'")
    assert attempt("UPDATE merge SET ended_at = NULL") == 1
