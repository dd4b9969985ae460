"""What a refused row holds stands neither in our log nor in the private cluster's."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.cli.serve import WithoutRows

REFUSED = text("""
    INSERT INTO rating (report_id, score, words, at)
    VALUES (1, 9, concat('ordmarkør', chr(10), 'neste'), now())
""")


def test_a_refused_row_stands_in_no_log(engine, cluster):
    with pytest.raises(IntegrityError) as refused, engine.begin() as connection:
        connection.execute(REFUSED)
    error = refused.value
    assert "ordmarkør" in str(error.orig)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Failed: %s", (error.orig,), None)
    record.exc_info = (type(error), error, error.__traceback__)
    entry = WithoutRows("%(message)s").format(record)
    assert "ck_rating_score" in entry
    assert "DETAIL: left out" in entry
    assert "Failing row" not in entry
    kept = (cluster.data_dir / "server.log").read_text(encoding="utf-8")
    assert "ck_rating_score" in kept
    assert "Failing row" not in kept
    assert "ordmarkør" not in kept
