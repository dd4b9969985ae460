"""A person is seeded everywhere, has herself erased, and is looked for in the database, all files and the logs."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select, text

from app.models import Photo, Report, Reporter, ResidentSession
from app.models.links import follow_path, public_path
from app.services import staff_words, upkeep
from app.services.mine import hash_of
from tests.application import SECRET
from tests.services import seeded_person
from tests.services.seeded_person import OTHER, PUBLIC_ANSWER, left_in, left_in_database, left_in_files, markers

# Before she is erased, each of these must hold something of her, or the search searches too little.
WHERE_SHE_IS = {
    "reporter", "report", "note", "stop", "rating", "support", "place_follow", "resident_link", "resident_session",
    "limit_bucket", "notification", "report_words", "staff_words",
}  # fmt: skip


@pytest.fixture
def folder(settings):
    return settings.data_dir


@pytest.fixture
def nina(client, session, office, rules, clock, make_report, kari, per):
    home = seeded_person.at_home(office)
    seeded = seeded_person.seed(client, session, home, rules, clock, make_report, kari=kari, per=per)
    staff_words.write_words(home)
    return seeded


@pytest.fixture
def her_browser(browser_of, session, clock, nina):
    """Signed in by a link in a mail."""
    browser = browser_of(None)
    session.add(
        ResidentSession(
            token_hash=hash_of("hers"),
            email=seeded_person.EMAIL,
            created_at=clock(),
            expires_at=clock().replace(year=2027),
        )
    )
    session.commit()
    browser.cookies.set("gatami_mine", "hers")
    return browser


def test_nothing_is_left_of_a_person_who_has_everything_deleted(
    session, office, nina, her_browser, folder, caplog, client, clock
):
    nina.report.text_public = True
    session.commit()
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "sqlalchemy")
    wanted = markers() | {"fingerprint": nina.fingerprint, "browser": nina.browser_mark.lower()}
    before = left_in_database(session, wanted)
    assert {table for tables in before.values() for table in tables} >= WHERE_SHE_IS
    nowhere = {kind for kind in wanted.keys() - before.keys() if not kind.startswith("sha256")}
    assert nowhere == {"camera"}, "a marker that stands nowhere would be missed by nobody"
    assert {"e-mail", "name", "phone", "words"} <= left_in_files(folder, wanted).keys()
    # As the database does by itself, while everything is there.
    session.execute(text("ANALYZE"))
    old_link = follow_path(nina.report, secret=SECRET)
    client.get(old_link)
    her_browser.look("/mine/data/erasure")
    answer = her_browser.submit("/mine/data/erasure")
    assert answer.status_code == 200
    office = seeded_person.at_home(office)
    upkeep.sweep(office)
    assert left_in_database(session, wanted) == {}
    assert left_in_files(folder, wanted) == {}
    assert left_in(caplog.text, wanted) == set()
    assert not list(folder.glob(f"photos/*/{nina.photo}*"))
    assert client.get(old_link).status_code == 410
    assert her_browser.get("/mine/data").status_code == 303


def test_what_is_not_hers_stays(session, office, nina, her_browser, folder, client):
    her_browser.look("/mine/data/erasure")
    her_browser.submit("/mine/data/erasure")
    upkeep.sweep(seeded_person.at_home(office))
    others = left_in_database(session, {"other": OTHER, "words": "odds egne ord"})
    assert others["other"] >= {"reporter"}
    assert others["words"] == {"report"}
    assert any(OTHER in path.read_text() for path in folder.glob("mail/*.eml"))
    session.expire_all()
    kept = session.scalars(select(Report).where(Report.id == nina.report.id)).one()
    assert (kept.status, kept.category_code, kept.support_count) == ("fixed", "lamp_dark", 1)
    assert kept.lat is not None
    assert [answer["code"] for answer in kept.answers] == ["state"]
    assert session.scalar(text("SELECT score FROM rating")) == 4
    page = client.get(public_path(kept)).text
    assert PUBLIC_ANSWER in page


def test_a_phone_that_sends_the_same_again_brings_nobody_back(session, nina, her_browser, client, clock):
    her_browser.look("/mine/data/erasure")
    her_browser.submit("/mine/data/erasure")
    with pytest.raises(AssertionError, match="used for another report"):
        seeded_person.report_her_lamp(client, session, clock=clock)
    assert seeded_person.EMAIL not in session.scalars(select(Reporter.email)).all()


def test_time_alone_leaves_as_little_of_a_person(session, office, nina, folder, clock, caplog):
    """Twelve months after closing, and nobody pressed anything."""
    caplog.set_level(logging.INFO)
    clock.pass_(days=367)
    home = seeded_person.at_home(office)
    upkeep.sweep(home)
    # A place is followed for as long as its owner wants; mails in the folder go by the age of the file.
    session.execute(text("DELETE FROM place_follow"))
    wanted = markers() | {"fingerprint": nina.fingerprint, "browser": nina.browser_mark.lower()}
    assert left_in_database(session, wanted) == {}
    assert not list(folder.glob(f"photos/*/{nina.photo}*"))
    assert session.scalars(select(Photo)).all() == []
    assert left_in(caplog.text, wanted) == set()
