"""What the workbench's script asks for: a list and a report alone, answers to decisions, who is on it, many at once."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import select

from app.models import Note, ReplyTemplate, ReplyText, Report, Role, Update
from app.queries import queue

DECISION = {"X-Gatami-Part": "decision", "Accept": "application/json, text/html;q=0.9"}
CLAIM = {"X-Gatami-Part": "claim"}


def path(report, noun=""):
    return f"/staff/reports/{report.reference}{noun}"


def again(session, report):
    session.expire_all()
    return session.get(Report, report.id)


def listed(page):
    """The references of a list, in order."""
    return html.fromstring(page).xpath("//li[contains(@class, 'queue__item')]/@data-reference")


def send(browser, address, *, headers=DECISION, **fields):
    return browser.post(address, data={"csrf_token": browser.token, **fields}, headers=headers)


@pytest.fixture
def desk(browser_of, kari):
    """Kari's browser, on the queue."""
    browser = browser_of(kari)
    browser.look("/staff/queue")
    return browser


def test_a_decision_by_script_is_answered_with_the_undo_bar_and_no_page(session, desk, make_report):
    report = make_report()
    desk.look("/staff/queue")
    answer = send(desk, path(report, "/forwarding"), unit="bydrift", version=report.version, from_queue="1")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["reference"], said["status"], said["stay"]) == (report.reference, "forwarded", False)
    assert "The unit gets an e-mail. No mail to the reporter." in " ".join(said["undo"].split())
    (bar,) = html.fromstring(f"<div>{said['undo']}</div>").xpath("//form[@data-undo]")
    undone = send(desk, bar.get("action"), update=bar.fields["update"], from_queue="1").json()
    assert (undone["stay"], undone["say"], undone["undo"]) == (True, "Undone. Nothing has gone out.", "")
    assert again(session, report).status == "new"


def test_a_refusal_by_script_is_the_report_with_its_panel_open_and_the_words(
    session, desk, make_report, browser_of, ada
):
    report = make_report()
    desk.look("/staff/queue")
    wrong = send(desk, path(report, "/rejection"), words=" ", version=report.version, from_queue="1")
    assert wrong.status_code == 422
    front = html.fromstring(wrong.text)
    assert front.xpath("//details[@id='decide-reject']/@open")
    assert front.xpath("//*[@id='front']/@data-reference") == [report.reference]
    other = browser_of(ada)
    other.look("/staff/queue")
    other.submit(path(report, "/rejection"), words="Done elsewhere", version=report.version)
    late = send(
        desk, path(report, "/rejection"), words="Words that took a while", version=report.version, from_queue="1"
    )
    assert late.status_code == 409
    assert "Words that took a while" in late.text, "also where the panel is gone, because it is closed by now"
    assert "Ada: " in late.text


def test_the_queue_runs_over_any_filter_and_says_so(desk, make_report):
    snow, lamp = make_report(category="snow"), make_report()
    page = desk.look("/staff/queue?category=snow")
    assert listed(page) == [snow.reference]
    assert "Show all that is new" in page
    assert listed(desk.look("/staff/queue?waiting_for=due_today")) == []
    assert "Nothing here needs you now." in desk.look("/staff/queue?waiting_for=undelivered")
    assert set(listed(desk.look("/staff/queue"))) == {snow.reference, lamp.reference}
    sent = desk.submit(
        path(snow, "/forwarding"), unit="bydrift", version=snow.version, from_queue="1", in_filter="category=snow"
    )
    assert "category=snow" in sent.headers["location"], "the next report comes from the same filter"
    assert listed(desk.look("/staff/queue?status=forwarded")) == [snow.reference]


def test_nothing_beyond_the_first_hundred_is_forgotten(desk, make_report, monkeypatch):
    monkeypatch.setattr("app.web.desk_bench.LISTED", 2)
    reports = [make_report() for _ in range(5)]
    seen, address = [], "/staff/queue?order=oldest"
    while address:
        page = html.fromstring(desk.look(address))
        seen += page.xpath("//li[contains(@class, 'queue__item')]/@data-reference")
        address = next((link.get("href") for link in page.xpath("//a") if "Next 100" in link.text_content()), "")
    assert seen == [one.reference for one in reports]
    assert len(listed(desk.look("/staff/queue?page=9"))) == 2, "past the end it begins anew"


def test_a_report_loaded_ahead_is_not_claimed_before_it_is_shown(session, desk, make_report, kari, browser_of, ada):
    report = make_report()
    assert f'data-reference="{report.reference}"' in desk.look(f"/staff/queue/reports/{report.reference}")
    assert again(session, report).claimed_by_id is None
    desk.look("/staff/queue")
    claimed = send(desk, path(report, "/claim"), headers=CLAIM).json()
    assert claimed == {"holder": "", "version": report.version}
    assert again(session, report).claimed_by_id == kari.id
    other = browser_of(ada)
    other.look("/staff/account")
    assert send(other, path(report, "/claim"), headers=CLAIM).json()["holder"] == "Kari"
    assert send(other, path(report, "/claim"), headers=CLAIM, release="1").status_code == 204
    assert again(session, report).claimed_by_id == kari.id, "only one's own is freed"
    assert send(desk, path(report, "/claim"), headers=CLAIM, release="1").status_code == 204
    assert again(session, report).claimed_by_id is None


def test_many_are_decided_and_undone_together(session, desk, make_report):
    reports = [make_report(lat=69.65 + n / 100, lon=18.95) for n in range(3)]
    desk.look("/staff/queue")
    chosen = [f"{one.reference}:{one.version}" for one in reports]
    desk.submit(path(reports[2], "/rejection"), words="No.", version=reports[2].version)
    page = desk.submit("/staff/queue/many", verb="forward", chosen=chosen)
    assert page.status_code == 200
    words = " ".join(html.fromstring(page.text).text_content().split())
    assert "Done with 2 reports." in words
    assert "1 report was not changed:" in words
    assert [again(session, one).status for one in reports] == ["forwarded", "forwarded", "rejected"]
    (bar,) = html.fromstring(page.text).xpath("//form[@data-undo]")
    undone = desk.submit(bar.get("action"), batch=bar.fields["batch"])
    assert "Undone for 2 reports." in " ".join(html.fromstring(undone.text).text_content().split())
    assert [again(session, one).status for one in reports] == ["new", "new", "rejected"]


def test_all_that_the_filter_holds_are_decided(session, desk, make_report):
    snow = [make_report(category="snow", lat=69.65 + n / 100, lon=18.95) for n in range(3)]
    lamp = make_report()
    desk.look("/staff/queue")
    answer = send(
        desk, "/staff/queue/many", verb="reject", ready="not_found", words="", all="1", in_filter="category=snow"
    )
    assert sorted(answer.json()["references"]) == sorted(one.reference for one in snow)
    assert {again(session, one).status for one in snow} == {"rejected"}
    assert again(session, lamp).status == "new"


def test_words_typed_for_many_are_filled_in_for_each_and_an_unknown_placeholder_is_refused(session, desk, make_report):
    reports = [make_report(lat=69.65 + n / 100, lon=18.95) for n in range(2)]
    chosen = [f"{one.reference}:{one.version}" for one in reports]
    desk.look("/staff/queue")
    page = desk.submit("/staff/queue/many", verb="reject", words="Hei {navn} nei.", chosen=chosen)
    assert "{navn} is not known." in html.fromstring(page.text).text_content()
    assert {again(session, one).status for one in reports} == {"new"}
    desk.submit("/staff/queue/many", verb="reject", words="Hei {reference} nei.", chosen=chosen)
    said = session.scalars(select(Note.body).join(Note.update).where(Update.kind == "rejected")).all()
    assert sorted(said) == sorted(f"Hei {one.shown_reference} nei." for one in reports)


def test_many_are_offered_the_words_of_the_municipality(session, desk, clock):
    own = ReplyTemplate(code="own_1", for_what="reject", sort_order=1, active=True, changed_at=clock())
    own.texts = [ReplyText(lang="nb", title="Ikke vår vei", body="Det er ikke vår vei.")]
    off = ReplyTemplate(code="not_found", for_what="reject", sort_order=2, active=False, changed_at=clock())
    session.add_all([own, off])
    session.commit()
    page = html.fromstring(desk.look("/staff/queue"))
    offered = page.xpath("//form[contains(@action, '/many')]//*[@name='ready']//option/@value")
    assert "own_1" in offered
    assert "not_found" not in offered


def test_many_are_one_fault_and_the_oldest_stays(session, desk, make_report):
    reports = [make_report() for _ in range(3)]
    desk.look("/staff/queue")
    desk.submit(
        "/staff/queue/many", verb="merge", into="", chosen=[f"{r.reference}:{r.version}" for r in reports[::-1]]
    )
    first = reports[0].id
    assert [again(session, one).duplicate_of_id for one in reports] == [None, first, first]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"verb": "forward"}, "Choose at least one report."),
        ({"verb": "fly", "chosen": "1"}, "Choose what to do with the reports."),
        ({"verb": "reject", "chosen": "1", "words": ""}, "Write a kind reason."),
        ({"verb": "set_due", "chosen": "1", "day": "soon"}, "Choose a day."),
        ({"verb": "forward", "chosen": [str(n) for n in range(201)]}, "Choose at most 200 reports at a time."),
        ({"verb": "forward", "chosen": [str(n) for n in range(900)]}, "Choose at most 200 reports at a time."),
    ],
)
def test_what_can_not_be_done_with_many_is_said(desk, fields, sentence):
    page = desk.submit("/staff/queue/many", **fields)
    assert page.status_code == 422
    assert sentence in page.text
    assert sentence in send(desk, "/staff/queue/many", **fields).json()["detail"]


def test_only_the_desk_decides_about_many(session, make_report, browser_of, ola):
    report = make_report()
    browser = browser_of(ola)
    browser.look("/staff/inbox")
    assert browser.submit("/staff/queue/many", verb="forward", chosen=report.reference).status_code == 403
    assert browser.get("/staff/queue/list").status_code == 403
    assert browser.get(f"/staff/queue/reports/{report.reference}").status_code == 403
    assert browser_of(None).get("/staff/queue/list").status_code == 303
    assert again(session, report).status == "new"


def test_the_queue_asks_at_most_twelve_and_its_list_at_most_four(
    desk, make_report, count_queries, clock, browser_of, make_staff
):
    reports = [make_report(email=f"r{n}@example.org", description="Dark") for n in range(12)]
    sent = desk.submit(
        path(reports[1], "/forwarding"), unit="bydrift", version=reports[1].version, from_queue="1",
        next=reports[2].reference,
    )  # fmt: skip
    browser_of(make_staff("Nils", Role.DESK)).look(f"/staff/queue?report={reports[2].reference}")
    clock.pass_(minutes=1)
    budgets = {
        sent.headers["location"]: 12,
        f"/staff/queue?report={reports[4].reference}&waiting_for=due_today": 12,
        "/staff/queue/list": 4,
        "/staff/queue/list?category=snow&page=2": 4,
        f"/staff/queue/reports/{reports[5].reference}": 12,
    }
    for address, most in budgets.items():
        with count_queries() as counted:
            desk.look(address)
        assert counted.number <= most, (address, counted.number, counted.statements)


def test_a_total_that_would_take_long_to_count_is_said_as_so_many_or_more(desk, make_report, monkeypatch, session):
    for _ in range(3):
        make_report()
    monkeypatch.setattr(queue, "COUNTED", 2)
    assert "2 reports or more" in desk.look("/staff/queue?status=open")
    assert len(session.scalars(select(Report.id)).all()) == 3


def test_a_report_that_left_the_list_stands_in_front_itself_and_never_another(session, desk, make_report):
    gone, waiting = make_report(), make_report()
    desk.submit(path(gone, "/rejection"), words="Not ours", version=gone.version)
    page = desk.look(f"/staff/queue?report={gone.reference}")
    front = html.fromstring(page).get_element_by_id("front")
    assert (front.get("data-reference"), front.get("data-status")) == (gone.reference, "rejected")
    assert "It stands here as it is now." in page
    onward = html.fromstring(page).get_element_by_id("asked-for").xpath(".//a/@href")
    assert onward == [f"/staff/queue?report={waiting.reference}"]
    page = desk.look("/staff/queue?report=99999999")
    assert html.fromstring(page).get_element_by_id("front").get("data-reference") is None
    assert "There is no report with this reference" in page


def test_whoever_can_not_be_asked_is_said(desk, make_report):
    page = desk.look(f"/staff/queue?report={make_report().reference}")
    panel = html.fromstring(page).get_element_by_id("decide-ask")
    assert panel.get("data-key") == "q"
    assert "The reporter has given no e-mail address." in panel.text_content()


def test_decisions_stand_in_the_same_places(desk, make_report, clock):
    def keys(report):
        page = html.fromstring(desk.look(f"/staff/queue?report={report.reference}"))
        return page.xpath("//*[@id='front']//div[@class='decision-list']/*/@data-key")

    usual = keys(make_report())
    assert usual == list("uraqndscmoh")
    assert keys(make_report(email="r@example.org")) == usual


def test_the_bar_names_who_is_told_and_how_many_go_where(session, desk, make_report):
    one, other = make_report(), make_report()
    sent = send(desk, path(one, "/forwarding"), unit="bydrift", informed="eiendom", from_queue="1", version=one.version)
    assert "For information: Municipal property" in sent.json()["undo"]
    chosen = [f"{report.reference}:{report.version}" for report in (other, make_report())]
    many = send(desk, "/staff/queue/many", verb="forward_to", unit="bydrift", chosen=chosen)
    assert "2 to City operations" in many.json()["undo"]
