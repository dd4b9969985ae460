"""Every place in which a report holds something about people, and how it goes: the one list for all who forget.

Whoever adds a table or a column for people's words adds a line here; a test seeds a person everywhere and looks for
what is left.
"""

# ruff: noqa: S608  (the statements are put together of our own words)

from __future__ import annotations

from dataclasses import dataclass

# What everybody may read now. Hidden and withdrawn reports are read by nobody, so nothing of them is on record.
SHOWN = "NOT r.private AND r.hidden_at IS NULL AND r.status <> 'withdrawn'"
WORDS_SHOWN = f"r.text_public AND r.words_withheld_at IS NULL AND {SHOWN}"
# A chosen answer is kept with its option's code, which differs from what people read; a typed one is the same twice.
_CHOSEN = """
    jsonb_typeof(answer->'value') IN ('array', 'number', 'boolean') OR (answer->>'value') <> (answer->>'text')
"""
IDS = "ANY(CAST(:ids AS bigint[]))"
HEX = "replace(gen_random_uuid()::text, '-', '')"
# Longer than any browser's mark, so that nobody has it, and that it is seen to be none.
_RANDOM = f"{HEX} || {HEX}"
NO_FINGERPRINT = "0" * 64


@dataclass(frozen=True)
class Trace:
    """One place; the statements give the reports in which something went. `by_time` None: the same as `at_wish`."""

    kind: str
    at_wish: str | None
    by_time: str | None = None

    def statement(self, *, at_wish: bool) -> str | None:
        """The one for this occasion."""
        return self.at_wish if at_wish else self.by_time or self.at_wish


# In the order in which they are said to people; PHOTOS stand apart, because their files go too.
TRACES = (
    Trace(
        "contact",
        f"""
        UPDATE reporter SET name = NULL, email = NULL, phone = NULL, language = :language, confirmed_at = NULL,
            stopped_at = NULL, bounced_at = NULL, erased_at = :at
        WHERE report_id = {IDS} AND erased_at IS NULL RETURNING report_id
        """,
    ),
    Trace(
        "words",
        f"""
        UPDATE report SET description = NULL, masked_words = NULL, text_public = false, address = NULL
        WHERE id = {IDS} AND (description IS NOT NULL OR address IS NOT NULL) RETURNING id
        """,
        f"""
        UPDATE report r SET description = NULL, masked_words = NULL, text_public = false, address = NULL
        WHERE id = {IDS} AND (description IS NOT NULL OR address IS NOT NULL) AND NOT ({WORDS_SHOWN}) RETURNING id
        """,
    ),
    Trace(
        # What others read stays as they read it; the words behind the bars go.
        "words",
        None,
        f"""
        UPDATE report r SET description = masked_words
        WHERE id = {IDS} AND description <> masked_words AND {WORDS_SHOWN} RETURNING id
        """,
    ),
    Trace(
        # Nobody else ever read what was typed there; an imported one came from a register.
        "words",
        None,
        f"""UPDATE report r SET address = NULL
        WHERE id = {IDS} AND address IS NOT NULL AND source IS NULL AND {WORDS_SHOWN} RETURNING id""",
    ),
    Trace(
        "answers",
        f"""
        UPDATE report SET answers = (
            SELECT coalesce(jsonb_agg(answer ORDER BY place) FILTER (WHERE {_CHOSEN}), '[]')
            FROM jsonb_array_elements(answers) WITH ORDINALITY AS given (answer, place)
        ) WHERE id = {IDS} AND EXISTS (
            SELECT FROM jsonb_array_elements(answers) AS given (answer) WHERE ({_CHOSEN}) IS NOT TRUE
        ) RETURNING id
        """,
    ),
    Trace(
        "notes",
        f"""
        DELETE FROM note USING report_update u
        WHERE note.update_id = u.id AND u.report_id = {IDS}
        AND (u.actor_kind NOT IN ('staff', 'contractor') OR NOT note.public)
        RETURNING u.report_id
        """,
    ),
    Trace(
        "stops",
        f"""
        UPDATE stop SET note = NULL FROM stop_report s
        WHERE s.stop_id = stop.id AND s.report_id = {IDS} AND stop.note IS NOT NULL RETURNING s.report_id
        """,
    ),
    Trace(
        # What a crew wrote about it in the field, on whichever list.
        "stops",
        f"""
        UPDATE field_entry SET words = NULL FROM stop_report s
        WHERE s.stop_id = field_entry.stop_id AND s.report_id = {IDS} AND words IS NOT NULL RETURNING s.report_id
        """,
    ),
    Trace(
        "stops",
        f"UPDATE field_entry SET words = NULL WHERE report_id = {IDS} AND words IS NOT NULL RETURNING report_id",
    ),
    Trace(
        "rating",
        f"UPDATE rating SET words = NULL WHERE report_id = {IDS} AND words IS NOT NULL RETURNING report_id",
    ),
    Trace(
        # A browser's own mark is the reporter's, the others are other people's and go when their time is over.
        "supports",
        f"UPDATE support SET key = {_RANDOM} WHERE report_id = {IDS} AND own AND length(key) < 64 RETURNING report_id",
        f"""
        UPDATE support SET key = {_RANDOM}, email = NULL, confirmed_at = NULL, bounced_at = NULL, language = :language
        WHERE report_id = {IDS} AND (email IS NOT NULL OR length(key) < 64) RETURNING report_id
        """,
    ),
    Trace(
        "mails",
        f"""
        UPDATE notification SET last_error = NULL, next_attempt_at = NULL, sent_to = NULL, former_email = NULL,
            state = CASE WHEN state IN ('pending', 'failed') THEN 'cancelled' ELSE state END
        WHERE report_id = {IDS} AND support_id IS NULL AND (
            state IN ('pending', 'failed') OR last_error IS NOT NULL OR sent_to IS NOT NULL OR former_email IS NOT NULL
        ) RETURNING report_id
        """,
        f"DELETE FROM notification WHERE report_id = {IDS} AND state <> 'sending' RETURNING report_id",
    ),
    Trace(
        # The key stays, so that a phone that sends the same form again brings nobody back.
        "keys",
        f"""
        UPDATE idempotency_key SET fingerprint = '{NO_FINGERPRINT}'
        WHERE report_id = {IDS} AND fingerprint <> '{NO_FINGERPRINT}' RETURNING report_id
        """,
    ),
)
