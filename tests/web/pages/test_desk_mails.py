"""Mails that wait for the desk: why, what to do, and that nothing of them stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.models import SYSTEM, IncomingMail, Notification, Report, Update
from app.services import forgetting, my_data_of_address, retention
from app.services.mail_desk import REASONS
from app.services.mail_intake import Mail, take_in
from tests.mailbox import NINA, mail, photo
from tests.web.pages.forms import form_of


@pytest.fixture
def desk(browser_of, kari):
    return browser_of(kari)


@pytest.fixture
def theirs(make_report, office, session):
    """A report, and a mail that answers it from an address that is not its own."""
    report = make_report(email=NINA)
    receipt = session.scalars(select(Notification.message_id)).first()
    data = mail(
        "Det er fortsatt mørkt <b>her</b>",
        sender="odd@example.org",
        message_id="<odd@example.org>",
        In_Reply_To=f"<{receipt}>",
        pictures=(photo(),),
    )
    take_in(office, Mail(data, len(data)))
    session.expire_all()
    return report


def kept(session) -> IncomingMail:
    session.expire_all()
    return session.scalars(select(IncomingMail)).one()


def is_empty(mail: IncomingMail) -> bool:
    return (mail.sender, mail.subject, mail.body, mail.raw) == (None, None, None, None)


def test_the_page_says_why_and_what_to_do(desk, theirs):
    page = desk.look("/staff/mails")
    assert "nothing shows that the reporter wrote it" in page
    assert "Det er fortsatt mørkt &lt;b&gt;her&lt;/b&gt;" in page
    assert f"Add it to {theirs.shown_reference}" in page


def test_it_is_added_as_a_note_with_its_photos_held_back(desk, theirs, session):
    desk.look("/staff/mails")
    answer = desk.submit(f"/staff/mails/{kept(session).id}/addition")
    assert answer.headers["location"] == f"/staff/reports/{theirs.reference}"
    assert session.scalar(text("SELECT count(*) FROM photo WHERE report_id IS NOT NULL AND NOT public")) == 1
    assert is_empty(kept(session))
    assert "Det er fortsatt mørkt" in desk.look(f"/staff/reports/{theirs.reference}")
    assert "Det er fortsatt" not in desk.look("/staff/mails")


def test_a_new_report_is_made_of_it_with_words_sender_and_photos(desk, theirs, session):
    desk.look("/staff/mails")
    page = desk.submit(f"/staff/mails/{kept(session).id}/report")
    form = form_of(page.text, "/staff/reports/new")
    assert (form.fields["email"], form.fields["channel"]) == (["odd@example.org"], ["email"])
    sent = form.fill(category="lamp_dark", address="Storgata").fields
    assert desk.post("/staff/reports/new", data=sent).status_code == 303
    made = session.scalars(select(Report).order_by(Report.id.desc()).limit(1)).one()
    assert (made.channel, "fortsatt mørkt" in made.description) == ("email", True)
    assert session.scalar(text(f"SELECT count(*) FROM photo WHERE report_id = {made.id}")) == 1
    assert is_empty(kept(session))
    assert kept(session).report_id == made.id


def test_put_away_nothing_is_kept(desk, theirs, session):
    desk.look("/staff/mails")
    desk.submit(f"/staff/mails/{kept(session).id}/dismissal")
    assert is_empty(kept(session))
    assert desk.submit(f"/staff/mails/{kept(session).id}/dismissal").status_code == 404


def test_the_mail_itself_is_downloaded_and_never_shown(desk, theirs, session):
    answer = desk.get(f"/staff/mails/{kept(session).id}/message.eml")
    assert b"odd@example.org" in answer.content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize("who", ["ola", "per", None])
def test_nobody_but_the_desk_sees_mails(request, browser_of, theirs, session, who):
    other = browser_of(request.getfixturevalue(who) if who else None)
    number = kept(session).id
    for path in ("/staff/mails", f"/staff/mails/{number}/message.eml"):
        answer = other.get(path)
        assert answer.status_code in {303, 403, 404}
        assert "fortsatt" not in answer.text
    for noun in ("addition", "report", "dismissal"):
        assert other.submit(f"/staff/mails/{number}/{noun}").status_code in {303, 403}
    assert not is_empty(kept(session))


def test_every_reason_has_words():
    codes = {"no_sender", "empty", "no_words", "too_many", "too_big", "unreadable", "broke", "not_theirs", "not_added"}
    assert REASONS.keys() == codes | {"automatic", "list", "own"}


def test_a_place_from_the_mail_is_one_press_away(desk, office, session):
    data = mail("Mørkt gatelys her: 69.6492, 18.9553")
    take_in(office, Mail(data, len(data)))
    report = session.scalars(select(Report)).one()
    page = desk.look(f"/staff/reports/{report.reference}")
    assert "From the words: 69.6492, 18.9553" in page
    path = f"/staff/reports/{report.reference}/placement"
    form = next(part for part in page.split("<form")[1:] if 'value="69.6492"' in part)
    assert path in form
    desk.submit(path, lat="69.6492", lon="18.9553", version=str(report.version))
    session.expire_all()
    assert session.scalars(select(Report.lat)).one() == 69.6492


def test_an_erased_person_leaves_no_mail(session, office, theirs, now):
    session.execute(text("UPDATE reporter SET confirmed_at = now()"))
    other = mail("", subject="", html="<p> </p>", sender=NINA, message_id="<empty@example.org>")
    take_in(office, Mail(other, len(other)))
    forgetting.forget(session, [theirs.id], at_wish=True, actor=SYSTEM, at=now)
    session.commit()
    session.expire_all()
    assert all(is_empty(one) for one in session.scalars(select(IncomingMail)))


def test_whoever_is_signed_in_by_an_address_sees_its_mails_and_deletes_them(session, theirs, clock):
    theirs_too = "odd@example.org"
    assert [one.words for one in my_data_of_address.mails_in(session, theirs_too.upper())] == [kept(session).body]
    assert my_data_of_address.mails_in(session, "another@example.org") == []
    forgetting.empty_mails_from(session, theirs_too)
    assert is_empty(kept(session))
    assert my_data_of_address.mails_in(session, theirs_too) == []


def test_what_nobody_saw_to_goes_in_time(session, office, theirs, clock):
    clock.pass_(days=91)
    assert retention.count(office)["mails_in"] == 1
    retention.run(office)
    assert session.scalars(select(IncomingMail)).all() == []
    assert session.scalars(select(Update)).all()


def test_a_mail_of_which_no_report_is_known_is_added_by_its_reference(desk, office, make_report, session):
    report = make_report()
    data = mail(f"Gjelder {report.shown_reference}. Det er verre nå.", sender="not an address", message_id="<odd@x>")
    take_in(office, Mail(data, len(data)))
    waiting = kept(session)
    assert waiting.report_id is None
    page = desk.look("/staff/mails")
    assert form_of(page, f"/staff/mails/{waiting.id}/addition").fields["reference"] == [report.shown_reference]
    assert "0 kB" not in page
    answer = desk.submit(f"/staff/mails/{waiting.id}/addition", reference="99999999999")
    assert answer.headers["location"].startswith("/staff/mails")
    assert "There is no report with this reference." in desk.look("/staff/mails")
    answer = desk.submit(f"/staff/mails/{waiting.id}/addition", reference=report.shown_reference)
    assert answer.headers["location"] == f"/staff/reports/{report.reference}"
    assert is_empty(kept(session))
    assert "Det er verre nå." in desk.look(f"/staff/reports/{report.reference}")
