"""`gatami rules what-if`: another rules file over the reports that there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.db import make_engine, make_session_factory, transaction
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from app.settings import PROJECT
from tests.application import STORGATA
from tests.cli.installation import Installation

LAMPS = "  - name: Andre gatelys\n    when: {group: lamps}\n    unit: "


@pytest.fixture
def installed(make_database, tmp_path, rules) -> Installation:
    """One dark lamp, a month ago."""
    there = Installation(make_database("what_if"), tmp_path)
    engine = make_engine(there.url, pool_size=1)
    with transaction(make_session_factory(engine)) as session:
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        for _ in range(20):
            submit_report(session, draft, rules=rules, at=datetime.now(UTC) - timedelta(days=30))
    engine.dispose()
    return there


@pytest.fixture
def new_file(tmp_path):
    """The shipped rules with other units, beside the polygons they name."""

    def write(old, new):
        (tmp_path / "areas").symlink_to(PROJECT / "areas")
        file = tmp_path / "new.yaml"
        file.write_text((PROJECT / "routing_rules.yaml").read_text().replace(old, new))
        return file

    return write


def test_what_would_have_gone_elsewhere_is_printed_with_a_warning(installed, new_file):
    file = new_file(f"{LAMPS}bydrift", f"{LAMPS}eiendom")
    result = installed.gatami("rules", "what-if", file)
    assert result.exit_code == 0, result.output
    assert "20 of 20 reports would have gone to another unit." in result.output
    assert "City operations (Bydrift) -> Municipal property (Eiendom)" in result.output
    assert "WARNING: this file would send nearly everything to Municipal property" in result.output
    assert "The example expects" in result.output


def test_a_day_leaves_out_what_came_before_it(installed, new_file):
    file = new_file(f"{LAMPS}bydrift", f"{LAMPS}eiendom")
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    assert "0 of 0 reports" in installed.gatami("rules", "what-if", file, "--since", tomorrow).output


def test_a_file_that_can_not_be_read_is_named_with_its_line(installed, new_file):
    result = installed.gatami("rules", "what-if", new_file("unit: nettselskap", "unit: nettselskapet"))
    assert result.exit_code == 1
    assert "There is no unit" in result.output
