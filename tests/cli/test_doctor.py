"""`gatami doctor`: all in order says so, and each thing that is broken is named with what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.services import checkup
from app.settings import PROJECT, Settings
from tests.cli.installation import Installation
from tests.lookup.test_roads import position
from tests.mail import free_port
from tests.osm import write_osm
from tests.planning.town import place
from tests.routers import FakeRouter

ADMIN = ("INSERT INTO staff (email, name, role, password_hash, language, active, created_at) "
         "VALUES ('a@b.no', 'A', 'admin', 'x', 'nb', true, now())")  # fmt: skip


@pytest.fixture(scope="module")
def good(make_database, tmp_path_factory, rules) -> Installation:
    """An installation with nothing to complain about, but for the mail server that each test brings."""
    folder: Path = tmp_path_factory.mktemp("doctor")
    (folder / "secret_key").touch(mode=0o600)
    (folder / "secret_key").write_text("k" * 64)
    given = {"public_url": "https://meld.tromso.example", "road_register": "", "address_register": ""}
    made = Installation(make_database("doctor"), folder, given)
    made.sql(ADMIN)
    made.sql(f"INSERT INTO rules_state (id, sha256, loaded_at) VALUES (1, '{rules.sha256}', now())")
    made.sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    return made


@pytest.fixture
def mail(mail_port) -> dict[str, object]:
    return {"smtp_host": "127.0.0.1", "smtp_port": mail_port, "smtp_security": "none", "smtp_timeout": 5}


def findings(result) -> dict[str, dict[str, str]]:
    return {one["part"]: one for one in map(json.loads, result.output.splitlines())}


def test_when_all_is_well_every_part_is_ok_and_the_exit_is_zero(good, mail, postbox):
    good.sql("UPDATE procrastinate_workers SET last_heartbeat = now()")
    result = good.gatami("doctor", "--json", **mail)
    found = findings(result)
    assert {part: one["words"] for part, one in found.items() if one["level"] != "ok"} == {}
    assert result.exit_code == 0
    assert found.keys() == {
        "database", "postgis", "tables", "clock", "rules in force", "worker", "deliveries", "mailboxes", "staff",
        "rules", "mail", "photos", "secret key", "address", "roads register", "addresses register", "retention",
        "road network", "router",
    }  # fmt: skip
    assert postbox.envelopes == []
    assert "0 problems, 0 warnings, 19 in order." in good.gatami("doctor", **mail).output


JOB = (
    "INSERT INTO procrastinate_jobs (id, queue_name, task_name, scheduled_at) "
    "VALUES (99, 'default', 'notify', now() - interval '1 hour')"
)
NO_JOB = "DELETE FROM procrastinate_jobs WHERE id = 99"
QUIET = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
ALIVE = "UPDATE procrastinate_workers SET last_heartbeat = now()"
BROKEN = [
    (
        "UPDATE alembic_version SET version_num = '0001'",
        "UPDATE alembic_version SET version_num = '{head}'",
        "tables",
        "problem",
        "older than this version",
        "gatami migrate",
    ),
    (
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE alembic_version SET version_num = '{head}'",
        "tables",
        "problem",
        "newer version of GataMi",
        "Install that version",
    ),
    (
        "UPDATE rules_state SET error = 'broken'",
        "UPDATE rules_state SET error = NULL",
        "rules in force",
        "problem",
        "with mistakes",
        "gatami rules check",
    ),
    (
        "UPDATE rules_state SET sha256 = repeat('0', 64)",
        "UPDATE rules_state SET sha256 = '{rules}'",
        "rules in force",
        "warning",
        "not those of the file",
        "running web server",
    ),
    (QUIET, ALIVE, "worker", "warning", "No worker is alive", "gatami worker"),
    (
        f"{QUIET}; {JOB}",
        f"{ALIVE}; {NO_JOB}",
        "worker",
        "problem",
        "1 job is more than ten minutes late",
        "gatami worker",
    ),
    (JOB, NO_JOB, "worker", "warning", "A worker is alive, but 1 job is", "another"),
    (
        "UPDATE staff SET active = false",
        "UPDATE staff SET active = true",
        "staff",
        "warning",
        "No administrator",
        "staff add",
    ),
]


@pytest.mark.parametrize(("breaks", "mends", "part", "level", "words", "advice"), BROKEN)
def test_what_is_wrong_in_the_database_is_named_with_what_to_do(
    good, mail, rules, breaks, mends, part, level, words, advice
):
    from app.db import make_engine, revisions

    engine = make_engine(good.url)
    head = revisions(engine)[1]
    engine.dispose()
    good.sql(ALIVE)
    for statement in breaks.split("; "):
        good.sql(statement)
    result = good.gatami("doctor", "--json", **mail)
    for statement in mends.format(head=head, rules=rules.sha256).split("; "):
        good.sql(statement)
    found = findings(result)[part]
    assert (found["level"], words in found["words"], advice in found["advice"]) == (level, True, True), found
    assert result.exit_code == (1 if level == "problem" else 0)
    others = [one for name, one in findings(result).items() if name != part and one["level"] == "problem"]
    assert others == []


def test_a_database_without_postgis_or_tables_says_both(good, mail, make_database):
    bare = make_database("doctor_bare", migrated=False)
    found = findings(good.gatami("doctor", "--json", database_url=bare, **mail))
    assert found["postgis"]["level"] == found["tables"]["level"] == "problem"
    assert "CREATE EXTENSION postgis" in found["postgis"]["advice"]
    assert found["tables"]["advice"] == "Run `gatami migrate`."


def test_what_could_not_be_delivered_is_counted(good, mail, rules):
    from app.db import make_engine, make_session_factory, transaction
    from app.models import Report
    from app.services.drafts import ReportDraft, ReporterDraft
    from app.services.reporting import submit_report
    from tests.application import NOON, STORGATA

    engine = make_engine(good.url, pool_size=1)
    with transaction(make_session_factory(engine)) as session:
        reporter = ReporterDraft(email="x@example.no")
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1], reporter=reporter)
        submit_report(session, draft, rules=rules, at=NOON)
    good.sql("UPDATE notification SET state = 'failed'")
    found = findings(good.gatami("doctor", "--json", **mail))["deliveries"]
    with transaction(make_session_factory(engine)) as session:
        session.query(Report).delete()
    engine.dispose()
    good.sql("DELETE FROM procrastinate_jobs")
    assert (found["level"], found["words"][:38]) == ("warning", "0 forwardings and 1 mails to reporters")
    assert "/staff/deliveries" in found["advice"]


def test_many_addresses_that_are_refused_at_once_are_a_problem(good, mail):
    good.sql("""
        INSERT INTO place_follow (nonce, email, lat, lon, radius, shape, created_at, asked_at, bounced_at)
        SELECT n, n || '@example.org', 69.6, 18.9, 300, 'SRID=4326;POINT(18.9 69.6)', now(), now(), now()
        FROM generate_series(1, 20) AS n
    """)
    found = findings(good.gatami("doctor", "--json", **mail))["mailboxes"]
    good.sql("DELETE FROM place_follow")
    assert (found["level"], "20 addresses" in found["words"]) == ("problem", True)


@pytest.mark.parametrize(
    ("settings", "part", "level", "words"),
    [
        ({"database_url": "postgresql+psycopg://x@127.0.0.1:1/none"}, "database", "problem", "does not answer"),
        ({"rules_file": "{folder}/none.yaml"}, "rules", "problem", "cannot be used"),
        ({"smtp_port": free_port()}, "mail", "problem", "does not let us in"),
        ({"smtp_security": "starttls"}, "mail", "problem", "does not let us in"),
        ({"smtp_username": "x", "smtp_password": "y"}, "mail", "problem", "does not let us in"),
        ({"public_url": "http://meld.tromso.example"}, "address", "problem", "not encrypted"),
        ({"public_url": "meld.tromso.example"}, "address", "problem", "no web address"),
    ],
)
def test_a_setting_that_does_not_work_is_named(good, mail, settings, part, level, words):
    given = {name: str(value).format(folder=good.folder) for name, value in {**mail, **settings}.items()}
    result = good.gatami("doctor", "--json", **given)
    found = findings(result)[part]
    assert (found["level"], words in found["words"], bool(found["advice"])) == (level, True, True), found
    assert result.exit_code == 1


@pytest.fixture
def here(tmp_path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, rules_file=PROJECT / "routing_rules.yaml")


def test_without_settings_it_says_where_mails_and_links_go(here):
    mail, address = checkup.check_mail(here), checkup.check_address(here)
    assert (mail.level, "written to" in mail.words) == ("warning", True)
    assert (address.level, "127.0.0.1:8000" in address.words) == ("warning", True)


def test_a_key_that_others_can_read_or_that_is_cut_off_is_a_problem(here):
    here.secret()
    path = here.data_dir / "secret_key"
    assert checkup.check_secret(here).level == "ok"
    path.chmod(0o644)
    assert "chmod 600" in checkup.check_secret(here).advice
    path.chmod(0o600)
    path.write_text("short")
    assert checkup.check_secret(here).level == "problem"


def test_a_photo_folder_that_cannot_be_written_is_a_problem(here):
    # A file where the folder should be stops everybody, also root, who may write to any folder.
    lost = here.model_copy(update={"data_dir": Path("/proc/self")})
    found = checkup.check_photos(lost)
    assert (found.level, "cannot be written" in found.words) == ("problem", True)


@pytest.mark.parametrize(("free", "level"), [(10**8, "problem"), (10**9, "warning"), (10**10, "ok")])
def test_a_disk_that_fills_up_is_told(here, monkeypatch, free, level):
    import shutil
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")  # noqa: PYI024  (the shape of the standard library's answer)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**11, 0, free))
    assert checkup.check_photos(here).level == level


@pytest.mark.parametrize(("seconds", "level"), [(1, "ok"), (30, "warning"), (-3600, "problem")])
def test_clocks_that_differ_are_told(seconds, level):
    now = datetime(2026, 11, 30, tzinfo=UTC)
    assert checkup.check_clock(now, now + timedelta(seconds=seconds)).level == level


@pytest.mark.parametrize(
    ("answers", "level", "words"),
    [
        ({"/posisjon": [position()]}, "ok", "answers."),
        ({"/posisjon": b"<p>moved"}, "warning", "gives no answer (nonsense)"),
        ({}, "warning", "knows of nothing at the middle of the map"),
    ],
)
def test_a_register_that_answers_nothing_is_told(good, mail, make_register, answers, level, words):
    register = make_register()
    register.answers |= answers
    found = findings(good.gatami("doctor", "--json", **mail, road_register=register.url))["roads register"]
    assert found["level"] == level
    assert words in found["words"]
    assert (level == "ok") == (found["advice"] == "")


def test_a_road_network_is_told_with_its_age_and_whether_it_is_of_here(good, mail, tmp_path):
    (south, west), (north, east) = place(0, 0), place(200, 200)
    file = write_osm(tmp_path / "town.osm.pbf")
    assert good.gatami("import", "roads", str(file)).exit_code == 0
    good.sql(f"UPDATE road_network SET west = {west - 1}, east = {east + 1}, south = {south - 1}, north = {north + 1}")
    ok = findings(good.gatami("doctor", "--json", **mail))["road network"]
    assert ok["level"] == "ok" and "1 km of road from town.osm.pbf, imported 20" in ok["words"]
    good.sql("UPDATE road_network SET imported_at = imported_at - interval '2 years'")
    assert "more than a year old" in findings(good.gatami("doctor", "--json", **mail))["road network"]["words"]
    good.sql("UPDATE road_network SET west = 5, east = 6")
    elsewhere = findings(good.gatami("doctor", "--json", **mail))["road network"]
    assert elsewhere["level"] == "warning" and "is not in it" in elsewhere["words"] and elsewhere["advice"]
    good.sql("UPDATE road_network SET arrays = 'nothing', imported_at = now()")
    assert "cannot be read" in findings(good.gatami("doctor", "--json", **mail))["road network"]["words"]
    good.sql("DELETE FROM road_network")


@pytest.mark.parametrize(
    ("trouble", "level", "words"),
    [("", "ok", "answers."), ("500", "warning", "gives no driving times"), ("garbage", "warning", "nonsense")],
)
def test_a_router_that_answers_nothing_is_told(good, mail, trouble, level, words):
    with FakeRouter() as router:
        router.trouble = trouble
        given = {"router": "valhalla", "router_url": router.url}
        found = findings(good.gatami("doctor", "--json", **mail, **given))["router"]
    assert found["level"] == level and words in found["words"]


def test_a_router_without_an_address_is_told(good, mail):
    found = findings(good.gatami("doctor", "--json", **mail, router="osrm"))["router"]
    assert found["level"] == "warning" and found["advice"] == "Set GATAMI_ROUTER_URL."
