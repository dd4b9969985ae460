"""A unit's inbox: the one who may, a colleague from another unit, a stranger."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from app.models import Actor, Note, Notification, ReplyTemplate, Update
from app.services.drafts import keep_answers


@pytest.fixture
def forwarded(make_report, kari, session, clock):
    """A report that Bydrift has, with a reporter whose address is confirmed."""
    report = make_report(email="siri@example.com", name="Siri", description="The lamp at my gate is dark.")
    report.reporter.confirm(at=clock())
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    return report


def fresh(session, report):
    session.refresh(report)
    return report


def path(report, verb=""):
    return f"/staff/inbox/{report.shown_reference}{verb}"


def test_the_unit_finds_the_report_with_contact_data(browser_of, forwarded, ola):
    browser = browser_of(ola)
    assert forwarded.shown_reference in browser.look("/staff/inbox")
    page = browser.look(path(forwarded))
    assert "The lamp at my gate is dark." in page
    assert "siri@example.com" in page


def test_a_colleague_from_another_unit_does_not_find_it(browser_of, forwarded, eva):
    browser = browser_of(eva)
    assert forwarded.shown_reference not in browser.look("/staff/inbox")
    assert browser.get(path(forwarded)).status_code == 404


def test_a_stranger_is_sent_to_the_door(browser_of, forwarded):
    answer = browser_of(None).get(path(forwarded))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/staff/sign-in")


@pytest.mark.parametrize(("verb", "status"), [("/taking", "in_progress"), ("/repair", "fixed"), ("/return", "new")])
def test_each_verb_moves_the_report(browser_of, forwarded, ola, session, verb, status):
    answer = browser_of(ola).submit(path(forwarded, verb), words="The cable belongs to the power company.")
    assert answer.status_code == 303
    assert fresh(session, forwarded).status == status


@pytest.mark.parametrize("verb", ["/taking", "/answer", "/return", "/repair"])
def test_nobody_else_can_move_it(browser_of, forwarded, eva, per, session, verb):
    assert browser_of(eva).submit(path(forwarded, verb), words="Mine").status_code == 404
    assert browser_of(per).submit(path(forwarded, verb), words="Mine").status_code == 403
    assert browser_of(None).submit(path(forwarded, verb), words="Mine").status_code == 303
    assert fresh(session, forwarded).status == "forwarded"


def test_the_reporter_hears_that_it_is_fixed(browser_of, forwarded, ola, session):
    browser_of(ola).submit(path(forwarded, "/repair"), words="New bulb.")
    notification = session.scalars(select(Notification).where(Notification.kind == "status")).one()
    assert session.get_one(Update, notification.update_id).kind == "fixed"


def test_an_internal_note_tells_the_reporter_nothing(browser_of, forwarded, ola, session):
    browser_of(ola).submit(path(forwarded, "/answer"), words="Ask the electrician.", public="no")
    assert session.scalars(select(Notification).where(Notification.kind == "status")).all() == []


def test_sending_back_needs_a_reason(browser_of, forwarded, ola, session):
    assert browser_of(ola).submit(path(forwarded, "/return"), words="  ").status_code == 422
    assert fresh(session, forwarded).unit_code == "bydrift"


def test_an_old_page_does_not_overwrite_a_newer_decision(browser_of, forwarded, ola, session):
    old = forwarded.version
    browser = browser_of(ola)
    browser.submit(path(forwarded, "/taking"), version=old)
    answer = browser.submit(path(forwarded, "/repair"), version=old, words="New bulb in the third lamp")
    assert answer.status_code == 409
    assert "New bulb in the third lamp" in answer.text
    assert fresh(session, forwarded).status == "in_progress"


def test_every_link_of_the_main_menu_leads_to_a_page_of_ones_own(browser_of, kari, ola, per, ada):
    for staff in (kari, ola, per, ada):
        browser = browser_of(staff)
        menu = html.fromstring(browser.look("/staff/account")).xpath("//nav[@class='site-nav']//a")
        assert len(menu) > 1
        for link in menu:
            assert browser.get(link.get("href"), follow_redirects=True).status_code == 200, link.get("href")


def test_answers_are_read_in_the_readers_language_and_kept_when_the_question_is_gone(
    browser_of, forwarded, rules, ola, session
):
    forwarded.category_code = "pothole"
    asked = keep_answers(rules.categories["pothole"], {"size": "large"}, lang="nb")
    gone = {"code": "colour", "question": "Hvilken farge?", "value": "red", "text": "Rød"}
    forwarded.answers = [*asked, gone]
    session.commit()
    page = browser_of(ola).look(path(forwarded))
    assert "How large is the hole?" in page
    assert "Hvor stort er hullet?" not in page
    assert "Rød" in page


def options(page, list_id):
    return html.document_fromstring(page).xpath(f'//select[@id="{list_id}"]/option/@value')


def test_the_municipalitys_own_words_are_offered_to_the_unit_and_sent_without_script(
    browser_of, forwarded, ola, kari, session
):
    desk = browser_of(kari)
    for kind in ("fixed", "answer", "interim"):
        desk.look("/staff/templates/new")
        texts = {"title-nb": f"Own {kind}", "body-nb": f"Our own words, {kind}, {{reference}}.", "where": "group:"}
        texts |= {"sort_order": 5, "active": "1", "version": 0}
        assert desk.submit("/staff/templates", for_what=kind, **texts).status_code == 303
    codes = {one.for_what: one.code for one in session.scalars(select(ReplyTemplate))}
    browser = browser_of(ola)
    page = browser.look(path(forwarded))
    assert codes["fixed"] in options(page, "repair-ready")
    assert codes["answer"] in options(page, "answer-ready")
    assert codes["interim"] in options(page, "interim-ready")
    assert codes["interim"] in options(page, "due-ready")
    on_desk = desk.look(f"/staff/reports/{forwarded.reference}")
    assert codes["interim"] in options(on_desk, "interim-ready")
    assert codes["interim"] in options(on_desk, "due-ready")
    browser.submit(path(forwarded, "/answer"), words="", ready=codes["answer"], public="yes")
    browser.submit(path(forwarded, "/repair"), words="", ready=codes["fixed"])
    said = session.scalars(select(Note.body).order_by(Note.update_id)).all()
    assert said[-2:] == [f"Our own words, {kind}, {forwarded.shown_reference}." for kind in ("answer", "fixed")]


@pytest.mark.parametrize("decision", ["answer", "repair", "interim", "due"])
def test_a_unit_sees_how_its_words_read_before_they_are_sent(browser_of, forwarded, ola, eva, session, clock, decision):
    forwarded.due_at = clock()
    session.commit()
    mails = session.scalars(select(Notification.id)).all()
    browser = browser_of(ola)
    assert 'data-plain-language="en"' in browser.look(path(forwarded))
    day = (clock() + timedelta(days=30)).date().isoformat()
    words = {"words": "Delen er bestilt.", "due": day, "expected": day, "decision": decision}
    shown = browser.submit(path(forwarded, "/preview"), **words)
    assert shown.status_code == 200
    (letter,) = html.document_fromstring(shown.text).xpath('//*[@class="letter"]')
    assert "Delen er bestilt." in letter.text_content()
    assert f'action="{path(forwarded, "/" + decision)}"' in shown.text
    assert fresh(session, forwarded).status == "forwarded"
    assert session.scalars(select(Notification.id)).all() == mails
    assert browser_of(eva).submit(path(forwarded, "/preview"), **words).status_code == 404
    form = html.document_fromstring(shown.text).xpath(f'//form[contains(@action, "/{decision}")]')[0]
    sent = browser.submit(
        path(forwarded, "/" + decision), **{k: v for k, v in form.fields.items() if k != "csrf_token"}
    )
    assert sent.status_code == 303
    assert session.scalars(select(Note.body)).all() == ["Delen er bestilt."]
