"""Ready words, written and changed in the browser by the desk."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.languages import LANGUAGES
from app.models import ReplyFor, ReplyTemplate
from app.services.standard_words import SHIPPED
from app.services.templates import ready_words
from app.text import translate

LIST = "/staff/templates"


def fields(**given) -> dict[str, object]:
    """What the form sends: answers for all categories, in bokmål."""
    texts = {"title-nb": "Kommer snart", "body-nb": "Vi kommer {due}. Ring {phone}."}
    return {"for_what": "answer", "where": "group:", "sort_order": 5, "active": "1", "version": 0, **texts, **given}


def test_own_words_are_offered_first_filled_in_and_in_the_nearest_language(
    session, browser_of, kari, make_report, rules
):
    desk = browser_of(kari)
    desk.look(f"{LIST}/new")
    assert desk.submit(LIST, **fields()).status_code == 303
    report = make_report(email="nina@example.org")
    report.reporter.language = "se"
    first = ready_words(session, report, rules, for_what=ReplyFor.ANSWER)[0]
    assert (first.lang, first.title) == ("nb", "Kommer snart")
    assert "{" not in first.body
    assert "77 00 00 01" in first.body
    page = desk.look(LIST)
    assert "Missing in: Norsk nynorsk, Davvisámegiella, English." in page
    assert "by Kari." in page
    assert "Kommer snart (nb)" in desk.look(f"/staff/reports/{report.reference}")


def test_shipped_words_stay_as_they_were_until_somebody_changes_them(session, browser_of, kari, make_report, rules):
    report = make_report(email="nina@example.org")
    offered = ready_words(session, report, rules, for_what=ReplyFor.REJECT)
    shipped = {code: one for code, one in SHIPPED.items() if one.for_what == ReplyFor.REJECT}
    assert {one.code: one.body for one in offered} == {code: translate(one.body, "en") for code, one in shipped.items()}
    desk = browser_of(kari)
    desk.look(f"{LIST}/not_found")
    desk.submit(f"{LIST}/not_found", **fields(for_what="reject"))
    again = ready_words(session, report, rules, for_what=ReplyFor.REJECT)
    assert again[0].code == "not_found"
    assert again[0].title == "Kommer snart"
    assert len(again) == len(offered)
    row = session.scalars(select(ReplyTemplate)).one()
    desk.submit(f"{LIST}/not_found/removal", version=row.version)
    assert ready_words(session, report, rules, for_what=ReplyFor.REJECT) == offered


def test_words_for_one_category_are_not_offered_for_another(session, browser_of, kari, make_report, rules):
    desk = browser_of(kari)
    desk.look(f"{LIST}/new")
    desk.submit(LIST, **fields(where="category:snow"))
    desk.look(f"{LIST}/thanks")
    desk.submit(f"{LIST}/thanks", **fields(where="category:snow"))
    lamp, hole = make_report(category="lamp_dark"), make_report(category="snow")
    of_lamp = {one.code for one in ready_words(session, lamp, rules, for_what=ReplyFor.ANSWER)}
    of_hole = {one.code for one in ready_words(session, hole, rules, for_what=ReplyFor.ANSWER)}
    assert of_hole - of_lamp == {"thanks", *(code for code in of_hole if code.startswith("own_"))}


def test_words_out_of_use_are_not_offered(session, browser_of, kari, make_report, rules):
    desk = browser_of(kari)
    desk.look(f"{LIST}/thanks")
    desk.submit(f"{LIST}/thanks", **fields(active=""))
    offered = ready_words(session, make_report(), rules, for_what=ReplyFor.ANSWER)
    assert "thanks" not in {one.code for one in offered}


def test_an_unknown_placeholder_is_named_with_those_that_are_known_and_nothing_is_lost(session, browser_of, kari):
    desk = browser_of(kari)
    desk.look(f"{LIST}/new")
    answer = desk.submit(LIST, **fields(**{"body-nb": "Hei {navn}, se {reference}."}))
    assert answer.status_code == 422
    assert "{navn} is not known. Known are: {reference}, {category}, {place}, {unit}, {due}, {phone}." in answer.text
    assert "Hei {navn}, se {reference}." in answer.text
    assert session.scalars(select(ReplyTemplate)).all() == []


@pytest.mark.parametrize("body", ["{{ 7 * 7 }}", "{% include 'x' %}", "{reference", "{0.__class__}"])
def test_nothing_but_our_own_placeholders_stands_in_braces(browser_of, kari, body):
    desk = browser_of(kari)
    desk.look(f"{LIST}/new")
    assert desk.submit(LIST, **fields(**{"body-nb": body})).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"title-nb": ""}, {"body-nb": ""}, {"title-nb": "", "body-nb": ""}, {"for_what": "x"}, {"where": "category:x"},
     {"title-nb": "x" * 81}, {"body-nb": "x" * 2001}],
)  # fmt: skip
def test_what_is_missing_or_too_long_is_said(browser_of, kari, wrong):
    desk = browser_of(kari)
    desk.look(f"{LIST}/new")
    answer = desk.submit(LIST, **fields(**wrong))
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text


def test_the_second_of_two_who_change_the_same_words_sees_what_the_first_has_saved(browser_of, kari, ada):
    desk, other = browser_of(kari), browser_of(ada)
    desk.look(f"{LIST}/thanks")
    other.look(f"{LIST}/thanks")
    assert other.submit(f"{LIST}/thanks", **fields(**{"body-nb": "Adas tekst."})).status_code == 303
    answer = desk.submit(f"{LIST}/thanks", **fields(**{"body-nb": "Karis tekst."}))
    assert answer.status_code == 409
    assert "Adas tekst." in answer.text
    assert "Karis tekst." in answer.text
    assert "There now, saved by Ada:" in answer.text


def test_a_look_saves_nothing_and_shows_hints(session, browser_of, kari, make_report):
    report = make_report()
    desk = browser_of(kari)
    desk.look(f"{LIST}/new")
    body = "Vedrørende {reference}: vi kommer."
    answer = desk.submit(LIST, **fields(**{"body-nb": body}, look="1", example=report.shown_reference))
    assert f"Vedrørende {report.shown_reference}: vi kommer." in answer.text
    assert "Plainer: om." in answer.text
    assert "Storgata" not in desk.submit(LIST, **fields(look="1")).text
    assert session.scalars(select(ReplyTemplate)).all() == []


@pytest.mark.parametrize("who", ["ola", "per", None])
def test_nobody_but_the_desk_sees_or_changes_ready_words(request, session, browser_of, who):
    browser = browser_of(request.getfixturevalue(who) if who else None)
    for page in (LIST, f"{LIST}/new", f"{LIST}/thanks"):
        assert browser.get(page).status_code in {303, 403}, page
    for page in (LIST, f"{LIST}/thanks", f"{LIST}/thanks/removal"):
        assert browser.submit(page, **fields()).status_code in {303, 403}, page
    assert session.scalars(select(ReplyTemplate)).all() == []


def test_shipped_words_are_there_in_every_language():
    for code, one in SHIPPED.items():
        for lang in set(LANGUAGES) - {"en"}:
            assert translate(one.body, lang) != one.body, (code, lang)
