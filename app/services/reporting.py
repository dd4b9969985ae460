"""Taking reports in. After `submit_report` and its commit, the report survives a crash of anything."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from datetime import datetime

import orjson
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.db import driver, insert_row
from app.errors import N_, Conflict, Invalid
from app.models import REPORTER, Actor, IdempotencyKey, NotificationKind, Report, Reporter, Staff, Update
from app.models.reference import make_reference
from app.queries.surroundings import Surroundings, surroundings
from app.routing import Category, Rules
from app.services import drafts, notifying, proposing
from app.services.drafts import ReportDraft
from app.services.photos import attach_photos
from app.services.written import WRONG_CLOCK, believed

# The code of the question whose answer is the number on the thing itself, such as a lamp's mast.
ASSET_NUMBER = "mast"


def submit_report(
    session: Session,
    draft: ReportDraft,
    *,
    rules: Rules,
    at: datetime,
    idempotency_key: str | None = None,
    entered_by: Staff | None = None,
    unfinished: bool = False,
) -> Report:
    """The stored report: new, with its first update, answers, photos, proposed unit, due date and receipt.

    `unfinished`: made of a mail, without a place and without answers.
    With a key that was used before: the report it made then (same contents), or Invalid (other contents).
    Raises Invalid naming every mistaken field.
    """
    if idempotency_key:
        before = _remember_key(session, idempotency_key, draft, at=at)
        if before is not None:
            return before
    around = _look_around(session, draft, rules)
    draft = _placed(draft, around)
    category = drafts.check(draft, rules, at=at, at_desk=entered_by is not None, unfinished=unfinished)
    report = _make_report(session, draft, category, around, at=at)
    proposing.write_facts(report, around)
    proposing.propose(report, category, rules, at=at)
    report.entered_by_id = entered_by.id if entered_by else None
    first = report.begin(actor=Actor.of(entered_by) if entered_by else REPORTER, at=at)
    _store(session, report, first)
    reporter = _reporter_of(draft)
    if reporter is not None:  # Setting None would make the session look for changes at the commit.
        report.reporter = reporter
    attach_photos(session, report, draft.photo_ids)
    if idempotency_key:
        session.execute(update(IdempotencyKey).where(IdempotencyKey.key == idempotency_key).values(report_id=report.id))
    if draft.reporter.email.strip():
        notifying.notify(session, report, first, kind=NotificationKind.RECEIPT, at=at)
    return report


def was_sent(session: Session, idempotency_key: str) -> bool:
    """Whether a report was made with this key lately, so that sending it again makes none."""
    known = session.get(IdempotencyKey, idempotency_key)
    return known is not None and known.report_id is not None


def _store(session: Session, report: Report, first: Update) -> None:
    """Past the session's unit of work, whose bookkeeping would take longer than everything else together."""
    insert_row(session, report)
    first.report_id = report.id
    insert_row(session, first)
    session.add_all([report, first])
    # Nobody can be there yet; said here, so that setting the reporter does not have to look first.
    set_committed_value(report, "reporter", None)


def _remember_key(session: Session, key: str, draft: ReportDraft, *, at: datetime) -> Report | None:
    """Claim the key; a second request with it waits here until the first one has committed."""
    if len(key) > 255:
        raise Invalid(N_("The Idempotency-Key is too long. Use at most 255 characters."))
    fingerprint = _fingerprint(draft)
    claimed = session.scalar(
        insert(IdempotencyKey)
        .values(key=key, fingerprint=fingerprint, created_at=at)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if claimed:
        return None
    known = session.get_one(IdempotencyKey, key)
    if known.fingerprint != fingerprint:
        raise Invalid(N_("This Idempotency-Key was used for another report. Use a new key."))
    report = session.get(Report, known.report_id) if known.report_id else None
    if report is None:
        raise Conflict(N_("This report was already sent and has been deleted since."))
    return report


def _fingerprint(draft: ReportDraft) -> str:
    """Of what was sent. A phone that got no answer sends the same again, with the time at which it was written, and
    its owner may have switched the language meanwhile.
    """
    same = replace(draft, written_at=None, reporter=replace(draft.reporter, language=""))
    return hashlib.sha256(orjson.dumps(asdict(same), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _make_report(
    session: Session, draft: ReportDraft, category: Category, around: Surroundings, *, at: datetime
) -> Report:
    number = driver(session).execute("SELECT nextval('report_number')").fetchone()
    written_at, wrong_clock = believed(draft.written_at, at=at)
    return Report(
        reference=make_reference(year=at.year, number=number[0] if number else 0),
        category_code=category.code,
        private=category.private,
        lat=None if draft.lat is None else round(draft.lat, 6),
        lon=None if draft.lon is None else round(draft.lon, 6),
        address=draft.address.strip()[:200] or (around.asset.street if around.asset else None),
        description=draft.description.strip() or None,
        answers=drafts.keep_answers(category, draft.answers, lang=draft.reporter.language),
        channel=draft.channel,
        written_at=written_at,
        flags=[WRONG_CLOCK] if wrong_clock else [],
    )


def _look_around(session: Session, draft: ReportDraft, rules: Rules) -> Surroundings:
    """The lamp it is about, the road and the address: by the number on the mast, else what is nearest."""
    category = rules.categories.get(draft.category)
    kind = category.asset_kind if category else None
    if (draft.lat is None) != (draft.lon is None) or not _on_earth(draft.lat, draft.lon):
        return Surroundings()
    around = surroundings(
        session, lat=draft.lat, lon=draft.lon, asset_kind=kind, number=str(draft.answers.get(ASSET_NUMBER) or "")
    )
    refused = around.asset is not None and around.asset.id == draft.not_asset
    return replace(around, asset=None) if refused else around


def _on_earth(lat: float | None, lon: float | None) -> bool:
    return lat is None or lon is None or (-90 <= lat <= 90 and -180 <= lon <= 180)


def _placed(draft: ReportDraft, around: Surroundings) -> ReportDraft:
    """Who gives only the number on the mast has said where it is."""
    if draft.lat is not None or draft.lon is not None or around.asset is None:
        return draft
    return replace(draft, lat=around.asset.lat, lon=around.asset.lon)


def _reporter_of(draft: ReportDraft) -> Reporter | None:
    given = draft.reporter
    if not given.given:
        return None
    return Reporter(
        name=given.name.strip() or None,
        email=given.email.strip() or None,
        phone=given.phone.strip() or None,
        language=given.language,
    )
