"""The words of reports as the search keeps them."""

from __future__ import annotations

from sqlalchemy import text

from app.text import fold


def test_folding_in_the_database_is_that_of_the_program(session):
    for words in ("Tromsø", "Sállir", "Ærlig ÅS", "ČĐŊŠŦŽ čđŋšŧž", "Straße", "naïve Façade", "plain", "Þór ðæ", "ﬁre"):
        assert session.scalar(text("SELECT search_fold(:words)"), {"words": words}) == fold(words)
