"""A backup put back elsewhere is the same service, row for row and byte for byte; a bad one changes nothing."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select
from typer.testing import CliRunner

from app.cli import app
from app.cli.archive import DUMP, MANIFEST
from app.db import make_engine, make_session_factory, transaction
from app.errors import DomainError
from app.models import Erasure, Photo, Report, Role, Staff, StaffUnit
from app.services import erasing
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.erasing import Files
from app.services.reporting import submit_report
from app.settings import get_settings
from app.storage import PhotoStore, process
from tests.application import NOON, STORGATA
from tests.storage.pictures import quarters


def jpeg(size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    quarters(*size).save(file, "JPEG")
    return file.getvalue()


@dataclass
class Place:
    """A database with its data folder."""

    url: str
    folder: Path

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table as text, the job queue's included."""
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            names = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall()
            return {
                name: sorted(
                    row
                    for [row] in connection.execute(
                        sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name))
                    ).fetchall()
                )
                for [name] in names
            }

    def photos(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.glob("photos/*/*.jpg")}

    def all(self) -> tuple[object, ...]:
        key = self.folder / "secret_key"
        return self.rows(), self.photos(), key.read_bytes() if key.exists() else None


def run(place: Place, *arguments: object, key: str | None = None):
    """`gatami ...` on a place; what a person would read on the terminal."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GATAMI_DATABASE_URL", place.url)
        environment.setenv("GATAMI_DATA_DIR", str(place.folder))
        environment.setenv("GATAMI_SECRET_KEY", key) if key else environment.delenv("GATAMI_SECRET_KEY", raising=False)
        get_settings.cache_clear()
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    get_settings.cache_clear()
    return result


def said(result) -> str:
    """The sentence of a refusal, or what was printed."""
    if isinstance(result.exception, DomainError):
        return str(result.exception)
    return result.output


@pytest.fixture(scope="module")
def make_place(make_database, tmp_path_factory):
    def make(name: str, *, migrated: bool = True) -> Place:
        folder = tmp_path_factory.mktemp(name)
        return Place(make_database(f"backup_{name}", migrated=migrated), folder)

    return make


@pytest.fixture(scope="module")
def source(make_place, rules) -> Place:
    """Three reports with photos and mails that wait, staff, and a job in each state."""
    place = make_place("source")
    engine = make_engine(place.url, pool_size=1)
    store = PhotoStore(place.folder / "photos")
    with transaction(make_session_factory(engine)) as session:
        for number in range(3):
            draft = ReportDraft(
                category="lamp_dark",
                lat=STORGATA[0],
                lon=STORGATA[1] + number / 1000,
                description=f"Mørkt ved nr. {number} – “helt” svart\t\\N €",
                reporter=ReporterDraft(name="Åse", email=f"aase{number}@example.no"),
            )
            report = submit_report(session, draft, rules=rules, at=NOON)
            processed = process(jpeg((40 + number, 30)))
            photo = Photo(
                id=uuid4(),
                report_id=report.id,
                created_at=NOON,
                sort_order=0,
                width=40 + number,
                height=30,
                sha256="0" * 64,
                by_crew=False,
                public=False,
            )
            session.add(photo)
            store.save(photo.id, processed)
        session.add(
            Staff(
                email="ola@tromso.example",
                name="Ola",
                role=Role.UNIT.value,
                created_at=NOON,
                language="nb",
                active=True,
                memberships=[StaffUnit(unit_code="bydrift")],
            )
        )
    engine.dispose()
    with psycopg.connect(place.url.replace("+psycopg", "")) as connection:
        connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1 WHERE id = 1")
        connection.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 3 WHERE id = 2")
    return place


@pytest.fixture(scope="module")
def saved(source, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "gatami.tar"
    result = run(source, "backup", file)
    assert result.exit_code == 0, said(result)
    return file


@pytest.fixture(scope="module")
def unused(make_place) -> Place:
    """A service that nobody has used yet; every test that is given it leaves it so."""
    return make_place("unused")


def test_what_is_restored_elsewhere_is_the_same_row_for_row_and_byte_for_byte(source, saved, make_place):
    for name, migrated in (("bare", False), ("migrated", True)):
        target = make_place(name, migrated=migrated)
        result = run(target, "restore", saved)
        assert result.exit_code == 0, said(result)
        assert target.rows() == source.rows()
        assert target.photos() == source.photos()
        assert (target.folder / "secret_key").read_bytes() == (source.folder / "secret_key").read_bytes()
        assert "3 reports, 3 photos" in result.output
        assert "3 messages were waiting" in result.output
    rows = source.rows()
    assert {
        state for state in ("todo", "doing", "failed") if any(state in row for row in rows["procrastinate_jobs"])
    } == {"todo", "doing", "failed"}
    assert len(source.photos()) == 6


def test_the_restored_service_goes_on_counting_where_it_was(saved, make_place, rules):
    target = make_place("onward", migrated=False)
    run(target, "restore", saved)
    engine = make_engine(target.url, pool_size=1)
    with transaction(make_session_factory(engine)) as session:
        draft = ReportDraft(
            category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1], reporter=ReporterDraft(email="x@example.no")
        )
        assert submit_report(session, draft, rules=rules, at=NOON).id > 3
    engine.dispose()


def test_nobody_else_can_read_the_file_the_key_or_the_photos(saved, make_place):
    target = make_place("modes", migrated=False)
    run(target, "restore", saved)
    paths = [saved, target.folder / "secret_key", *target.folder.glob("photos/*/*.jpg")]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    with tarfile.open(saved) as tar:
        assert {member.mode for member in tar} == {0o600}


def test_a_database_that_is_not_empty_is_replaced_only_when_told_so(source, saved, make_place):
    target = make_place("filled")
    with psycopg.connect(target.url.replace("+psycopg", "")) as connection:
        connection.execute(
            "INSERT INTO staff (email, name, role, language, active, created_at) "
            "VALUES ('a@b.no', 'A', 'admin', 'nb', true, now())"
        )
        connection.execute("CREATE TABLE of_a_later_version (id int)")
    store = PhotoStore(target.folder / "photos")
    store.save(uuid4(), process(jpeg((20, 20))))
    before = target.all()
    refused = run(target, "restore", saved)
    assert "not empty (0 reports, 1 staff)" in said(refused)
    assert "--yes" in said(refused)
    assert target.all() == before
    for _ in range(2):
        result = run(target, "restore", saved, "--yes")
        assert result.exit_code == 0, said(result)
        assert target.all() == source.all()


def rewritten(saved: Path, file: Path, change) -> Path:
    """The archive with each (name, data) as `change` gives it; None leaves it out."""
    with tarfile.open(saved) as old, tarfile.open(file, "w") as new:
        for member in old:
            changed = change(member.name, old.extractfile(member).read())
            if changed is not None:
                info = tarfile.TarInfo(changed[0])
                info.size = len(changed[1])
                new.addfile(info, io.BytesIO(changed[1]))
    return file


def newer(name, data):
    return (name, json.dumps({**json.loads(data), "revision": "9999"}).encode()) if name == MANIFEST else (name, data)


def without_a_row(name, data):
    if name != MANIFEST:
        return name, data
    manifest = json.loads(data)
    manifest["tables"]["report"] = 4
    return name, json.dumps(manifest).encode()


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda n, d: (n, d[:-9] + b"x" * 9) if n == DUMP else (n, d), "missing or altered"),
    (lambda n, d: None if n.endswith(".thumbnail.jpg") else (n, d), "missing or altered"),
    (lambda n, d: None if n == MANIFEST else (n, d), "cut off"),
    (lambda n, d: ("../../evil", d) if n == DUMP else (n, d), "does not belong there"),
    (lambda n, d: ("/etc/evil", d) if n == DUMP else (n, d), "does not belong there"),
    (lambda n, d: ("photos/ab/../../secret_key", d) if n.startswith("photos") else (n, d), "does not belong there"),
    (lambda n, d: (n, b"[]") if n == MANIFEST else (n, d), "manifest cannot be read"),
    (newer, "newer GataMi"), (without_a_row, "report does not have its 4 rows"),
])  # fmt: skip
def test_a_backup_with_something_wrong_is_refused_and_changes_nothing(saved, unused, tmp_path, change, sentence):
    target, before = unused, unused.rows()
    result = run(target, "restore", rewritten(saved, tmp_path / "changed.tar", change), "--yes")
    assert result.exit_code == 1
    assert sentence in said(result)
    assert target.rows() == before
    assert not (target.folder / "secret_key").exists()


def test_a_link_in_the_archive_is_refused(saved, unused, tmp_path):
    file = tmp_path / "link.tar"
    file.write_bytes(saved.read_bytes())
    with tarfile.open(file, "a") as tar:
        link = tarfile.TarInfo("photos/ab/" + str(uuid4()) + ".jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert "does not belong there" in said(run(unused, "restore", file))


@pytest.mark.parametrize("keep", [0, 100, 5000, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(saved, unused, tmp_path, keep):
    data, file = saved.read_bytes(), tmp_path / "cut.tar"
    file.write_bytes(data[: int(keep if keep > 1 or keep == 0 else len(data) * keep)])
    result = run(unused, "restore", file)
    assert result.exit_code == 1
    assert isinstance(result.exception, DomainError)


def test_an_existing_file_is_never_written_over_and_a_failure_leaves_none(source, saved, tmp_path):
    before = saved.read_bytes()
    assert "is there already" in said(run(source, "backup", saved))
    assert saved.read_bytes() == before
    gone = Place("postgresql+psycopg://nobody@127.0.0.1:1/none", source.folder)
    assert run(gone, "backup", tmp_path / "never.tar").exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_runs_is_not_restored_under_its_feet(saved, unused):
    engine = make_engine(unused.url, pool_size=1)
    with engine.connect():
        assert "stop the web server and the worker first" in said(run(unused, "restore", saved))
    engine.dispose()


def test_a_key_that_is_set_is_left_alone_and_said(saved, make_place):
    target = make_place("keyed", migrated=False)
    result = run(target, "restore", saved, key="k" * 40)
    assert "GATAMI_SECRET_KEY is set" in result.output
    assert not (target.folder / "secret_key").exists()


def test_what_was_erased_since_the_backup_is_erased_again_when_it_comes_back(source, saved, make_place):
    place = make_place("erased", migrated=False)
    run(place, "restore", saved)
    engine = make_engine(place.url, pool_size=1)
    files = Files(PhotoStore(place.folder / "photos"), place.folder / "mail", b"k" * 40)
    with transaction(make_session_factory(engine)) as session:
        report = session.scalars(select(Report).order_by(Report.id)).first()
        erasing.erase_by_reporter(session, report, files=files, at=NOON)
        # The number of a row that is quite another one in the backup.
        session.add(Erasure(kind="report", row_id=report.id + 1, row_created_at=NOON.replace(year=2020), at=NOON))
    engine.dispose()
    result = run(place, "restore", saved, "--yes")
    assert "1 of them were erased since the backup was made" in result.output
    assert sorted(place.rows()["reporter"]) != sorted(source.rows()["reporter"])
    assert not any("aase0@example.no" in row for rows in place.rows().values() for row in rows)
    assert any("aase1@example.no" in row for row in place.rows()["reporter"])
    assert len(place.photos()) == 4
    # A second time too, with the list that came through the first.
    assert "1 of them were erased" in run(place, "restore", saved, "--yes").output
