"""The desk's pages without script: what they show, where a decision leads, what is said of a refusal."""

from __future__ import annotations

from io import BytesIO

import pytest
from lxml import html
from PIL import Image
from sqlalchemy import select, text

from app.models import Forwarding, Report, Role
from app.services import claims
from app.services.photos import take_photo
from app.storage import PhotoStore
from tests.application import STORGATA


def words_of(page: str) -> str:
    """What a person reads, without markup."""
    tree = html.fromstring(page)
    for hidden in tree.xpath("//template | //*[@hidden]"):
        hidden.drop_tree()
    return " ".join(tree.text_content().split())


def path(report, noun=""):
    return f"/staff/reports/{report.reference}{noun}"


def again(session, report):
    session.expire_all()
    return session.get(Report, report.id)


@pytest.fixture
def desk(browser_of, kari):
    """Kari's browser."""
    return browser_of(kari)


@pytest.fixture
def confirmed(make_report, session, clock):
    report = make_report(email="nina@example.org", name="Nina", description="It is dark here")
    report.reporter.confirm(at=clock())
    session.commit()
    return report


def test_the_queue_shows_the_first_report_with_reason_due_date_and_contact(desk, confirmed):
    words = words_of(desk.look("/staff/queue"))
    for shown in (
        confirmed.shown_reference,
        "1 new report",
        "City operations (Bydrift)",
        "Street lights",
        "It is dark here",
        "nina@example.org",
        "Due in",
    ):
        assert shown in words, shown


def test_an_empty_queue_says_so(desk):
    assert "No new reports" in desk.look("/staff/queue")


def test_counts_stand_with_the_categories(desk, make_report):
    make_report(), make_report(), make_report(category="snow")
    words = words_of(desk.look("/staff/queue"))
    assert "One lamp is dark (2)" in words
    assert "Snow clearing (1)" in words
    assert "All categories (3)" in words


def test_after_a_decision_the_next_report_comes_with_an_undo_bar_that_says_what_would_go_out(
    session, desk, make_report, confirmed
):
    after = make_report()
    desk.look("/staff/queue")
    answer = desk.submit(
        path(confirmed, "/forwarding"),
        unit="bydrift",
        version=confirmed.version,
        from_queue="1",
        next=after.reference,
    )
    assert answer.status_code == 303
    page = desk.look(answer.headers["location"])
    assert (
        html.fromstring(page)
        .xpath("//a[@aria-current='true']/@href")[0]
        .startswith(f"/staff/queue?report={after.reference}")
    )
    (bar,) = html.fromstring(page).xpath("//form[@data-undo]")
    said = " ".join(bar.text_content().split())
    assert "City operations (Bydrift)" in said
    assert "The unit gets an e-mail. The reporter gets an e-mail." in said
    assert bar.get("data-undo") == "10"
    undone = desk.submit(bar.get("action"), update=bar.fields["update"], from_queue="1")
    assert undone.headers["location"] == f"/staff/queue?report={confirmed.reference}"
    assert again(session, confirmed).status == "new"
    assert "Nothing has gone out" in desk.look(undone.headers["location"])


def test_the_undo_bar_goes_when_the_seconds_are_over(desk, confirmed, clock):
    answer = desk.submit(path(confirmed, "/rejection"), words="No.", version=confirmed.version, from_queue="1")
    clock.pass_(seconds=6)
    assert 'data-undo="4"' in desk.look(answer.headers["location"])
    clock.pass_(seconds=5)
    assert "data-undo" not in desk.look(answer.headers["location"])


def test_nobody_sees_another_persons_undo_bar(desk, confirmed, browser_of, ada):
    answer = desk.submit(path(confirmed, "/rejection"), words="No.", version=confirmed.version, from_queue="1")
    assert "data-undo" not in browser_of(ada).look(answer.headers["location"])


def test_the_second_of_two_is_told_on_the_reports_page_and_keeps_the_words(session, desk, confirmed, browser_of, ada):
    seen = confirmed.version
    desk.submit(path(confirmed, "/forwarding"), unit="bydrift", version=seen)
    other = browser_of(ada)
    answer = other.submit(path(confirmed, "/rejection"), words="Kind words that took a while", version=seen)
    assert answer.status_code == 409
    assert "Somebody else changed this report just now" in answer.text
    assert "Kind words that took a while" in answer.text
    assert again(session, confirmed).status == "forwarded"


def test_an_empty_reason_is_said_beside_the_field_and_nothing_is_written(session, desk, confirmed):
    answer = desk.submit(path(confirmed, "/rejection"), words="  ", version=confirmed.version)
    assert answer.status_code == 422
    assert "Write a kind reason" in answer.text
    assert again(session, confirmed).status == "new"


def test_a_ready_sentence_is_written_in_the_reporters_language(session, desk, make_report, clock):
    report = make_report()
    desk.submit(path(report, "/rejection"), ready="not_ours", words="", version=report.version)
    body = session.execute(text("SELECT body FROM note")).scalar()
    assert body.startswith("Takk for at du sa fra"), "nobody said which language, so it is the municipality's"


def test_who_is_on_a_report_is_said_and_can_be_taken_over(session, desk, make_report, browser_of, make_staff):
    report = make_report()
    browser_of(make_staff("Nils", Role.DESK)).look(f"/staff/queue?report={report.reference}")
    page = desk.look(f"/staff/queue?report={report.reference}")
    assert "Nils is looking at this report now" in words_of(page)
    answer = desk.submit(path(report, "/claim"), from_queue="1")
    assert answer.status_code == 303
    assert "is looking at this report" not in desk.look(answer.headers["location"])


def test_opening_the_queue_claims_the_report_in_front(session, desk, make_report, kari):
    report = make_report()
    desk.look("/staff/queue")
    assert again(session, report).claimed_by_id == kari.id


def test_text_and_photo_are_published_and_taken_down(session, desk, make_report, settings, clock):
    picture = BytesIO()
    Image.new("RGB", (60, 40)).save(picture, "JPEG")
    photo = take_photo(session, PhotoStore(settings.photo_dir), picture.getvalue(), at=clock())
    report = make_report(description="Dark", photo_ids=(photo.id,))
    desk.submit(path(report, "/publication"), public="1", version=report.version)
    assert again(session, report).text_public
    desk.submit(path(report, "/publication"), public="1", photo=str(photo.id))
    session.refresh(photo)
    assert photo.public
    desk.submit(path(report, "/publication"), public="", photo=str(photo.id))
    session.refresh(photo)
    assert not photo.public
    assert desk.submit(path(report, "/publication"), public="1", photo="not-an-id").status_code == 404


def test_a_neighbour_is_one_press_away_from_being_the_same_fault(session, desk, make_report):
    first, second = make_report(), make_report()
    page = html.fromstring(desk.look(f"/staff/queue?report={second.reference}"))
    (button,) = page.xpath("//button[@data-key='1']")
    form = button.getparent()
    while form.tag != "form":
        form = form.getparent()
    desk.submit(form.get("action"), **{name: value for name, value in form.form_values() if name != "csrf_token"})
    assert again(session, second).duplicate_of_id == first.id


def test_what_is_hidden_answers_gone_and_can_be_shown_again(session, desk, client, confirmed):
    desk.submit(path(confirmed, "/hiding"), hidden="1", version=confirmed.version)
    assert client.get(f"/reports/{confirmed.shown_reference}").status_code == 410
    desk.submit(path(confirmed, "/hiding"), hidden="")
    assert client.get(f"/reports/{confirmed.shown_reference}").status_code == 200


def test_erasing_wants_a_tick_and_says_what_stays(session, desk, confirmed):
    page = words_of(desk.look(path(confirmed)))
    assert "Kept: place, address, category" in page
    assert desk.submit(path(confirmed, "/erasure"), version=confirmed.version).status_code == 409
    desk.submit(path(confirmed, "/erasure"), version=confirmed.version, sure="1")
    assert again(session, confirmed).description is None


def test_an_unplaced_report_is_placed_and_its_button_works_then(session, desk, make_report):
    report = make_report(address="Storgata 64")
    page = html.fromstring(desk.look("/staff/queue"))
    assert page.xpath("//button[@data-key='f Enter']/@disabled")
    assert page.xpath("//details[@id='decide-place']/@open")
    desk.submit(path(report, "/placement"), lat="69,6492", lon="18.9553", version=report.version)
    assert (again(session, report).lat, again(session, report).lon) == STORGATA
    assert not html.fromstring(desk.look("/staff/queue")).xpath("//button[@data-key='f Enter']/@disabled")


def test_a_unit_can_be_told_for_information_without_having_it(session, desk, make_report):
    report = make_report()
    desk.submit(path(report, "/forwarding"), unit="eiendom", for_information="1", version=report.version)
    assert again(session, report).status == "new"
    assert session.scalars(select(Forwarding.for_information)).all() == [True]


def test_a_forwarding_is_called_back_after_the_seconds(session, desk, make_report, clock):
    report = make_report()
    desk.submit(path(report, "/forwarding"), unit="bydrift", version=report.version)
    clock.pass_(hours=1)
    assert "Call back from the unit" in desk.look(path(report))
    sent = session.scalars(select(Forwarding)).one()
    desk.submit(path(report, "/recall"), forwarding=sent.id)
    assert again(session, report).status == "new"
    assert desk.submit(path(report, "/recall"), forwarding="999999").status_code == 404


def test_every_rule_that_was_tried_is_explained(desk, make_report):
    report = make_report()
    words = words_of(desk.look(path(report, "/explanation")))
    assert "This one decides" in words
    assert report.proposed_rule in words


def test_a_broken_rules_file_is_said_on_every_desk_page(session, desk, make_report, clock):
    report = make_report()
    session.execute(
        text(
            "INSERT INTO rules_state (id, sha256, loaded_at, error, error_at) VALUES "
            "(1, 'x', :at, 'line 7: no unit bydrft', :at)"
        ),
        {"at": clock()},
    )
    session.commit()
    for page in (
        "/staff/queue",
        "/staff/reports",
        "/staff/reports/new",
        path(report),
        path(report, "/explanation"),
    ):
        assert "line 7: no unit bydrft" in desk.look(page), page


def test_a_reference_that_is_none_is_not_found(desk):
    assert desk.get("/staff/reports/12345678901").status_code == 404
    assert desk.submit("/staff/reports/12345678901/rejection", words="No.").status_code == 404


def test_a_form_without_its_token_changes_nothing(session, desk, make_report):
    report = make_report()
    assert desk.post(path(report, "/rejection"), data={"words": "No."}).status_code == 403
    assert again(session, report).status == "new"


def test_no_page_asks_more_the_more_it_shows(
    session, desk, make_report, count_queries, clock, kari, browser_of, make_staff
):
    reports = [make_report(email=f"r{n}@example.org", description="Dark", category="lamp_dark") for n in range(12)]
    desk.submit(path(reports[0], "/forwarding"), unit="bydrift", version=reports[0].version)
    sent = desk.submit(
        path(reports[1], "/forwarding"),
        unit="bydrift",
        version=reports[1].version,
        from_queue="1",
        next=reports[2].reference,
    )
    browser_of(make_staff("Nils", Role.DESK)).look(f"/staff/queue?report={reports[2].reference}")
    clock.pass_(minutes=6)
    pages = [
        sent.headers["location"],
        path(reports[0]),
        "/staff/reports",
        "/staff/reports/new",
        path(reports[0], "/explanation"),
    ]
    for page in pages:
        clock.pass_(minutes=6)
        with count_queries() as counted:
            desk.look(page)
        assert counted.number <= 12, (page, counted.statements)


def test_the_claim_lasts_ten_minutes():
    assert claims.LASTS.total_seconds() == 600


def test_what_the_desk_answers_itself_is_not_offered_to_be_sent(desk, make_report):
    praise = make_report(category="praise", description="Thank you!")
    page = desk.look(f"/staff/queue?report={praise.reference}")
    assert "The service desk answers this itself." in page
    assert "Send to Service desk" not in page
    assert '<option value="servicetorget">' not in page
    assert 'name="informed" value="servicetorget"' not in page
    answer = page[page.index('id="decide-answer"') :]
    assert answer.startswith('id="decide-answer" data-key="a f Enter"')
