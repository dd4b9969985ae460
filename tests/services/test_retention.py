"""What goes by itself and when: the boundaries, batches, kills in the middle, and what the pages say about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from app.models import (
    REPORTER,
    SYSTEM,
    FieldEntry,
    Note,
    Notification,
    Photo,
    Report,
    Reporter,
    RetentionRun,
    Support,
    Update,
    UpdateKind,
)
from app.queries.map import map_totals
from app.services import forgetting, retention, retention_sweeps
from app.services.my_data import kept_rules
from app.services.retention import BY_KIND, RULES
from tests.services.test_upkeep import a_photo, exists


@pytest.fixture
def closed(session, make_report, clock):
    """A report that was closed now, with words and contact data."""

    def make(**given):
        report = make_report(name="Nina Olsen", email="nina@example.org", description="Nina was here", **given)
        session.refresh(report, ["reporter"])
        report.reporter.confirm(at=clock())
        report.fix(actor=SYSTEM, at=clock())
        session.commit()
        return report

    return make


def reload(session, report):
    session.expire_all()
    return session.get(Report, report.id)


def contact_of(session, report):
    return session.execute(
        select(Reporter.name, Reporter.email, Reporter.phone).where(Reporter.report_id == report.id)
    ).one()


def test_contact_data_and_words_go_twelve_months_after_closing_and_not_a_day_before(session, office, closed, clock):
    report = closed()
    version = report.version
    clock.now = datetime(2027, 11, 30, 22, 59, tzinfo=UTC)  # A minute to midnight in Tromsø.
    assert retention.run(office)["contact"] == 0
    assert contact_of(session, report).email == "nina@example.org"
    clock.pass_(minutes=1)
    assert retention.run(office)["contact"] == 1
    assert tuple(contact_of(session, report)) == (None, None, None)
    kept = reload(session, report)
    assert (kept.description, kept.status, kept.category_code) == (None, "fixed", "lamp_dark")
    assert kept.version == version + 1, "a page of the desk that is still open must not write over it"
    line = session.scalars(select(Update).where(Update.kind == UpdateKind.ERASED.value)).one()
    assert (line.actor_kind, line.public, line.data) == ("system", False, {"why": "time"})
    assert session.scalar(select(func.count(Notification.id))) == 0
    assert retention.run(office)["contact"] == 0


def test_a_report_that_is_opened_again_begins_anew(session, office, closed, clock):
    report = closed()
    clock.pass_(days=300)
    report.reopen(actor=REPORTER, at=clock(), words="Still dark")
    session.commit()
    clock.pass_(days=300)
    assert retention.run(office)["contact"] == 0, "an open report needs its words"
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    clock.pass_(days=360)
    assert retention.run(office)["contact"] == 0
    clock.pass_(days=7)
    assert retention.run(office)["contact"] == 1
    report = reload(session, report)
    clock.pass_(minutes=1)
    report.reopen(actor=SYSTEM, at=clock())
    session.flush()
    report.note(actor=SYSTEM, at=clock(), words="Nina phoned", public=False)
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    clock.pass_(days=367)
    assert retention.run(office)["contact"] == 1
    assert session.scalars(select(Note.body)).all() == []


def test_what_everybody_may_read_stays_unless_it_was_withheld_or_hidden(session, office, closed, clock):
    public, withheld, hidden = closed(), closed(), closed()
    for report in (public, withheld, hidden):
        report.text_public = report is not withheld
    withheld.words_withheld_at = hidden.hidden_at = clock()
    session.commit()
    photo = a_photo(session, office, at=clock(), report_id=public.id)
    session.get_one(Photo, photo).public = True
    session.commit()
    before = map_totals(session, None)
    clock.pass_(days=367)
    retention.run(office)
    words = [reload(session, report).description for report in (public, withheld, hidden)]
    assert words == ["Nina was here", None, None]
    assert exists(office, photo)
    assert map_totals(session, None) == before


def test_photos_that_were_not_let_through_go_ninety_days_after_closing(session, office, closed, clock, make_report):
    report, open_one = closed(), make_report()
    held = a_photo(session, office, at=clock(), report_id=report.id)
    shown = a_photo(session, office, at=clock(), report_id=report.id)
    waiting = a_photo(session, office, at=clock(), report_id=open_one.id)
    session.get_one(Photo, shown).public = True
    crew = a_photo(session, office, at=clock(), report_id=report.id)
    session.get_one(Photo, crew).by_crew = True
    session.commit()
    clock.pass_(days=90)
    assert retention.run(office)["held_photos"] == 0
    clock.pass_(days=1)
    assert retention.run(office)["held_photos"] == 1
    assert [exists(office, one) for one in (held, shown, waiting, crew)] == [False, True, True, True]
    line = session.scalars(select(Update).where(Update.kind == UpdateKind.ERASED.value)).one()
    assert line.data == {"why": "time", "what": "photos"}


def test_an_unconfirmed_address_goes_after_thirty_days_and_the_rest_stays(session, office, make_report, clock):
    report = make_report(name="Nina", email="typo@example.org", description="Dark")
    session.add(Support(report_id=report.id, key="k", created_at=clock(), email="who@example.org", asked_at=clock()))
    session.commit()
    clock.pass_(days=30)
    assert retention.run(office)["unconfirmed"] == 0
    clock.pass_(days=1)
    assert retention.run(office)["unconfirmed"] == 2
    assert tuple(contact_of(session, report)) == ("Nina", None, None)
    assert session.scalars(select(Support.email)).all() == [None]


def test_an_address_that_was_corrected_later_has_its_own_thirty_days(session, office, make_report, clock):
    report = make_report(email="typo@example.org")
    clock.pass_(days=29)
    update = session.scalars(select(Update).where(Update.report_id == report.id)).first()
    session.execute(text("UPDATE notification SET kind = 'status'"))
    receipt = Notification(report_id=report.id, update=update, kind="receipt", message_id="x", created_at=clock())
    session.add(receipt)
    session.commit()
    clock.pass_(days=29)
    assert retention.run(office)["unconfirmed"] == 0
    clock.pass_(days=2)
    assert retention.run(office)["unconfirmed"] == 1


def test_batches_that_were_done_before_a_kill_are_done_and_the_next_run_does_the_rest(
    session, office, closed, clock, monkeypatch
):
    reports = [closed() for _ in range(5)]
    clock.pass_(days=367)
    forget, done = forgetting.forget, []

    def killed_in_the_third(*args, **given):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(args)
        return forget(*args, **given)

    monkeypatch.setattr(retention_sweeps, "BATCH", 2)
    monkeypatch.setattr(retention_sweeps, "_FORGET", text(str(retention_sweeps._FORGET).replace("500", "2")))
    monkeypatch.setattr(forgetting, "forget", killed_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        retention.run(office)
    session.expire_all()
    gone = [contact_of(session, report).email is None for report in reports]
    assert sorted(gone) == [False, True, True, True, True]
    monkeypatch.setattr(forgetting, "forget", forget)
    assert retention.run(office)["contact"] == 1
    lines = select(func.count(Update.id)).where(Update.kind == UpdateKind.ERASED.value)
    assert session.scalar(lines) == 5, "one line each, whatever happened"


def test_a_report_with_nothing_personal_gets_no_line(session, office, make_report, clock):
    report = make_report()
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    clock.pass_(days=367)
    retention.run(office)
    assert session.scalars(select(Update).where(Update.kind == UpdateKind.ERASED.value)).all() == []


def test_a_dry_run_counts_what_the_run_takes_and_changes_nothing(session, office, closed, make_report, clock):
    closed()
    make_report(email="typo@example.org")
    a_photo(session, office, at=clock())
    clock.pass_(days=367)
    counted = retention.count(office)
    assert counted["contact"] == counted["unsent_photos"] == 1
    assert counted["unconfirmed"] == 1
    assert retention.count(office) == counted
    assert session.scalars(select(RetentionRun)).all() == []
    assert retention.run(office) == counted
    assert session.scalars(select(RetentionRun)).one().counts == counted
    assert set(retention.count(office).values()) == {0}


def test_words_from_the_field_that_belong_to_no_report_go_when_their_round_has_been_over_for_as_long(
    session, office, waiting, make_round, cab_of, per, clock
):
    route_list = make_round([waiting()])
    cab = cab_of(per, route_list)
    cab.tap(999_999, "done", words="Somebody's gate")
    cab.tap(None, words="On the list itself")
    cab.tap(route_list.stops[0], words="At the stop of a report")
    clock.pass_(days=200)
    route_list.closed_at = clock()
    session.commit()
    clock.pass_(days=300)
    assert retention.run(office)["field_words"] == 0
    clock.pass_(days=70)
    assert retention.count(office)["field_words"] == 2
    assert retention.run(office)["field_words"] == 2
    assert session.scalars(select(FieldEntry.words).order_by(FieldEntry.id)).all() == [
        None, None, "At the stop of a report",
    ]  # fmt: skip


def test_mails_in_the_folder_go_by_their_age(office, clock):
    folder = office.settings.mail_dir
    folder.mkdir()
    (folder / "a@gatami.eml").write_text("To: nina@example.org")
    clock.now = datetime.now(UTC) + timedelta(days=29)
    assert retention.run(office)["mail_files"] == 0
    clock.pass_(days=3)
    assert retention.run(office)["mail_files"] == 1
    assert not list(folder.iterdir())


def test_the_settings_decide_what_the_worker_does_and_what_the_pages_say(session, office, closed, clock, settings):
    changed = office.settings.model_copy(update={"contact_months": 1, "photo_days": 7})
    rules = {rule.kind: rule for rule in kept_rules(changed, "en")}
    assert rules["contact"].until == "1 month after the report is closed."
    assert rules["held_photos"].until == "7 days after the report is closed."
    office = type(office)(**{**vars(office), "settings": changed})
    closed()
    clock.pass_(days=32)
    assert retention.run(office)["contact"] == 1


def test_every_rule_says_what_why_and_until_when_or_is_for_staff_only():
    for rule in RULES:
        assert bool(rule.what) == bool(rule.why) == bool(rule.until), rule.kind
        assert rule.sweeps or not rule.setting or rule.since or rule.kind == "backups", rule.kind
    assert len(BY_KIND) == len(RULES)


def test_the_privacy_page_says_every_rule_as_it_is_set(client, settings):
    page = client.get("/privacy").text
    for rule in kept_rules(settings, "en"):
        for sentence in (rule.what, rule.why, rule.until):
            assert sentence.replace("'", "&#39;") in page, sentence
