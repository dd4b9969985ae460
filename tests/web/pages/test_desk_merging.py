"""Merging on the desk's pages: what is shown to decide on, what is refused in words, and who may not."""

from __future__ import annotations

import uuid

import pytest

from app.models import Photo
from app.models.links import follow_path
from app.services import following, merging, triage
from tests.application import SECRET


@pytest.fixture
def two(session, make_report, clock):
    """A report and one like it, with words and a photo each."""
    words = ("Knust lyktestolpe ved skolen", "Lyktestolpen ved skolen er knust")
    made = [make_report(description=one, email=f"{n}@example.org") for n, one in enumerate(words)]
    for one in made:
        one.reporter.confirm(at=clock())
        session.add(Photo(id=uuid.uuid4(), report_id=one.id, created_at=clock(), width=1, height=1, sha256="0" * 64))
    session.commit()
    return made


def test_the_likely_one_is_marked_with_its_reasons_words_and_photo(browser_of, kari, two):
    first, second = two
    page = browser_of(kari).look(f"/staff/reports/{second.reference}")
    assert "Probably the same" in page
    assert "same place · the same day · same words: lyktestolpen, skolen, knust" in page
    assert first.description in page
    assert page.count("-thumbnail.jpg") >= 3, "its own, and both side by side"
    assert f'name="duplicate_of" value="{first.reference}"' in page


def test_one_click_merges_and_the_next_takes_it_apart(browser_of, session, kari, two):
    first, second = two
    browser = browser_of(kari)
    browser.look(f"/staff/reports/{second.reference}")
    browser.submit(f"/staff/reports/{second.reference}/duplicate", duplicate_of=first.reference, version=second.version)
    session.expire_all()
    assert second.status == "duplicate"
    page = browser.look(f"/staff/reports/{first.reference}")
    assert "1 report is part of this one" in page
    assert second.description in page
    browser.submit(f"/staff/reports/{second.reference}/splitting", version=second.version)
    session.expire_all()
    assert (second.status, first.support_count) == ("new", 0)


def test_a_refusal_is_said_on_the_page_and_what_was_typed_stays(browser_of, kari, two):
    second = two[1]
    browser = browser_of(kari)
    browser.look(f"/staff/reports/{second.reference}")
    for typed, sentence in ((second.shown_reference, "merged with itself"), ("2026-999", "no report with this")):
        answer = browser.submit(f"/staff/reports/{second.reference}/duplicate", reference=typed, version=second.version)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert typed in answer.text


def test_the_second_of_two_is_told(browser_of, session, kari, two, decide, make_report):
    first, second = two
    third, version = make_report(), second.version
    browser = browser_of(kari)
    browser.look(f"/staff/reports/{second.reference}")
    decide(merging.mark_duplicate, second, typed=third.reference)
    answer = browser.submit(
        f"/staff/reports/{second.reference}/duplicate", duplicate_of=first.reference, version=version
    )
    assert answer.status_code == 409
    assert "Somebody else changed this report" in answer.text


def test_a_colleague_of_a_unit_and_a_stranger_neither_merge_nor_take_apart(
    browser_of, session, kari, ola, eva, two, decide, rules
):
    first, second = two
    decide(triage.forward, second, unit_code="bydrift", rules=rules)
    for who in (ola, eva, None):
        browser = browser_of(who)
        for noun in ("duplicate", "splitting"):
            answer = browser.submit(f"/staff/reports/{second.reference}/{noun}", duplicate_of=first.reference)
            assert answer.status_code in {303, 401, 403, 404}
    session.expire_all()
    assert second.status == "forwarded"


def test_who_sent_the_merged_one_follows_the_other_without_its_words(browser_of, session, two, decide, clock, rules):
    first, second = two
    first.description, first.text_public = "Ola Hansen bor her", False
    session.commit()
    decide(merging.mark_duplicate, second, typed=first.reference)
    decide(triage.forward, first, unit_code="bydrift", rules=rules)
    path = follow_path(second, secret=SECRET)
    page = browser_of(None).look(path)
    assert "The report that we go on with" in page
    assert "Sent to City operations" in page
    assert "Hansen" not in page
    assert "0@example.org" not in page
    decide(triage.reject, first, words="Vi fant ingen feil.", version=None)
    page = browser_of(None).look(path)
    assert "Vi fant ingen feil." in page, "what staff write for everybody"
    assert 'action="' + path + '/reopening"' in page
    session.expire_all()
    following.still_broken(session, second, words="Den er knust!", at=clock(), days=60)
    session.commit()
    session.expire_all()
    theirs = browser_of(None).look(follow_path(first, secret=SECRET))
    assert "says somebody who reported the same" in theirs
    assert "Den er knust!" not in theirs


def test_photos_of_the_merged_one_are_on_the_public_page_only_when_let_through(browser_of, session, two, decide):
    first, second = two
    decide(merging.mark_duplicate, second, typed=first.reference)
    session.expire_all()
    photo = session.query(Photo).filter_by(report_id=second.id).one()
    assert str(photo.id) not in browser_of(None).look(f"/reports/{first.shown_reference}")
    photo.public = True
    session.commit()
    assert str(photo.id) in browser_of(None).look(f"/reports/{first.shown_reference}")


def test_the_pages_ask_little_whatever_is_merged(browser_of, session, kari, make_report, decide, count_queries):
    first = make_report()
    for _ in range(4):
        decide(merging.mark_duplicate, make_report(description="Mørkt"), typed=first.reference)
    browser = browser_of(kari)
    with count_queries() as counted:
        browser.look(f"/staff/reports/{first.reference}")
    assert counted.number <= 16, counted.statements
