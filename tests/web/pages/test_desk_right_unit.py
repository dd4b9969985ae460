"""Finding the right unit at the desk's pages: several at once, another category, a letter, figures and what-if."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import func, select

from app.models import Delivery, Forwarding, Photo, Report, Road, Role, Update
from app.services import right_unit, triage
from app.settings import PROJECT

RULES = (PROJECT / "routing_rules.yaml").read_text()
LAMPS = "  - name: Andre gatelys\n    when: {group: lamps}\n    unit: "


@pytest.fixture
def desk(browser_of, kari):
    return browser_of(kari)


def path(report, noun=""):
    return f"/staff/reports/{report.reference}{noun}"


def units_told(session):
    return {(one.unit_code, one.for_information) for one in session.scalars(select(Forwarding))}


def test_ticked_units_are_told_with_the_one_that_becomes_responsible(session, desk, make_report):
    report = make_report()
    page = desk.look(path(report))
    assert 'name="informed" value="eiendom"' in page
    sent = desk.submit(
        path(report, "/forwarding"), unit="bydrift", informed=["eiendom", "park_idrett"], version=report.version
    )
    assert "done=" in sent.headers["location"]
    assert units_told(session) == {("bydrift", False), ("eiendom", True), ("park_idrett", True)}
    page = desk.look(sent.headers["location"])
    assert "Told for information" in page and "Undo" in page


def test_units_that_are_only_told_can_be_undone_and_later_called_back(session, desk, make_report, clock):
    report = make_report()
    desk.look(path(report))
    sent = desk.submit(path(report, "/forwarding"), unit="eiendom", for_information="1", version=report.version)
    assert 'action="/staff/reports/' + report.reference + '/undo"' in desk.look(sent.headers["location"])
    clock.pass_(seconds=30)
    page = desk.look(path(report))
    told = session.scalars(select(Forwarding)).one()
    assert f'value="{told.id}"' in page and "Call back from the unit" in page
    desk.submit(path(report, "/recall"), forwarding=told.id, version=report.version)
    assert "Called back from the unit" in desk.look(path(report))


def test_another_category_asks_its_questions_first_and_says_what_it_changed(session, desk, make_report):
    report = make_report()
    desk.look(path(report))
    asked = desk.submit(path(report, "/category"), category="pothole", words="A hole", version=report.version)
    assert asked.status_code == 422
    assert 'name="answers.size"' in asked.text and "Not known" in asked.text
    assert 'name="asked" value="pothole"' in asked.text and "A hole" in asked.text
    session.refresh(report)
    assert report.category_code == "lamp_dark"
    done = desk.submit(
        path(report, "/category"), category="pothole", asked="pothole", words="A hole", version=report.version
    )
    assert done.status_code == 303
    session.refresh(report)
    assert (report.category_code, report.answers) == ("pothole", [])
    page = desk.look(path(report))
    assert "One lamp is dark → " in page and "A hole" in page


def test_the_questions_come_as_a_part_for_the_script(desk, make_report):
    part = desk.get(path(make_report(), "/category?category=pothole"))
    assert part.status_code == 200
    assert 'name="answers.size"' in part.text and "<html" not in part.text
    assert desk.get(path(make_report(), "/category?category=no_such")).text.strip() == ""


def test_what_a_unit_has_is_filed_anew_and_sent_on_in_one_go(session, desk, make_report, decide, rules):
    report = make_report()
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    session.refresh(report)
    desk.look(path(report))
    answer = desk.submit(path(report, "/category"), category="sports_ground", forward_too="1", version=report.version)
    session.refresh(report)
    assert (report.category_code, report.unit_code) == ("sports_ground", report.proposed_unit_code)
    assert report.unit_code != "bydrift"
    assert "Undo" in desk.look(answer.headers["location"])


def test_a_moved_pin_says_how_far_and_outside_is_refused_in_a_sentence(desk, make_report):
    report = make_report()
    desk.look(path(report))
    outside = desk.submit(path(report, "/placement"), lat="59.91", lon="10.75", version=report.version)
    assert outside.status_code == 422 and "outside our municipality" in outside.text
    desk.submit(path(report, "/placement"), lat="69.6502", lon="18.9553", version=report.version)
    assert "moved 112 metres" in desk.look(path(report))


def test_the_letter_is_read_before_it_goes_and_holds_no_name(session, desk, make_report, clock):
    report = make_report(name="Nina Nordmann", email="nina@example.org", description="A hole")
    session.add(Photo(report_id=report.id, created_at=clock(), width=1, height=1, sha256="0" * 64))
    session.commit()
    desk.look(path(report, "/letter"))
    shown = desk.submit(path(report, "/letter"), unit="statens_vegvesen", words="Please have a look.")
    assert shown.status_code == 200
    letter = shown.text.partition('id="letter-title"')[2]
    for there in ("post@vegvesen.example", "A hole", "Please have a look.", report.shown_reference, "69.64920"):
        assert there in letter
    assert "nina" not in letter.lower()
    assert "1 photo stays here" in letter
    assert session.scalar(select(func.count(Delivery.id))) == 0
    desk.submit(path(report, "/referral"), unit="statens_vegvesen", letter="1", words="Hi", version=report.version)
    assert session.scalars(select(Delivery.channel)).all() == ["email"]
    session.refresh(report)
    assert report.status == "referred"


def test_a_letter_to_a_unit_of_ours_is_refused_in_a_sentence(desk, make_report):
    report = make_report()
    desk.look(path(report, "/letter"))
    refused = desk.submit(path(report, "/letter"), unit="bydrift")
    assert refused.status_code == 422 and "Choose an authority" in refused.text


@pytest.fixture
def corrected(make_report, decide, rules):
    """Ten dark lamps: five went where the rules say, five on Eiendom's ground did not."""
    for unit in ("eiendom",) * 6:
        decide(triage.forward, make_report(), unit_code=unit, rules=rules)
    for _ in range(3):
        decide(triage.forward, make_report(category="sweeping"), unit_code="bydrift", rules=rules)


def test_the_figures_show_each_rule_and_a_change_to_copy_or_download(desk, corrected):
    page = desk.look("/staff/rules/figures")
    assert "Andre gatelys" in page and "0 (0 %)" in page and "6 to " in page
    link = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/staff/rules/change?"))
    change = desk.look(link.replace("&amp;", "&"))
    assert "+    unit: eiendom" in change
    file = desk.get(link.replace("&amp;", "&").replace("/change?", "/change.diff?"))
    assert file.headers["content-disposition"] == 'attachment; filename="rules.diff"'
    assert file.text.startswith("--- a/routing_rules.yaml\n+++ b/routing_rules.yaml\n@@")
    assert (PROJECT / "routing_rules.yaml").read_text() == RULES
    assert desk.get("/staff/rules/change?rule=No+such").status_code == 404


def test_figures_and_what_if_ask_no_more_the_more_there_is(desk, corrected, count_queries):
    for page in ("/staff/rules/figures?days=365", "/staff/rules/what-if"):
        with count_queries() as counted:
            desk.look(page)
        assert counted.number <= 12, counted.statements


def ask(browser, content, **more):
    fields = {"csrf_token": browser.token, "since": "2025-11-01", **more}
    return browser.post("/staff/rules/what-if", data=fields, files={"file": ("new.yaml", content)})


def test_another_file_shows_what_would_go_elsewhere_and_changes_nothing(desk, make_report, rules_file):
    report = make_report()
    before = rules_file.current
    desk.look("/staff/rules/what-if")
    shown = ask(desk, RULES.replace(f"{LAMPS}bydrift", f"{LAMPS}eiendom"))
    assert shown.status_code == 200
    assert "1 of 1 report would have gone to another unit" in shown.text
    assert f"/staff/reports/{report.reference}" in shown.text
    assert "nearly everything to" not in shown.text, "one report says nothing about a file"
    assert rules_file.current is before


def test_the_warning_about_nearly_everything_stands_above_the_mistakes(desk, make_report):
    for _ in range(20):
        make_report()
    desk.look("/staff/rules/what-if")
    shown = ask(desk, RULES.replace(f"{LAMPS}bydrift", f"{LAMPS}eiendom"))
    assert "20 of 20 reports would have gone to another unit" in shown.text
    warning, mistakes = shown.text.index("nearly everything to"), shown.text.index("in the file</summary>")
    assert warning < mistakes
    (folded,) = html.document_fromstring(shown.text).xpath('//details[contains(summary, "in the file")]')
    assert folded.get("open") is None


def test_a_moved_pin_of_what_a_unit_has_offers_the_unit_of_the_new_place(session, desk, make_report, decide, rules):
    report = make_report(category="pothole", answers={"size": "large"})
    lat, lon = report.lat + 0.02, report.lon
    session.add(
        Road(
            source_ref="x",
            owner="county",
            ref="FV862",
            line=f"SRID=4326;LINESTRING({lon} {lat - 0.001}, {lon} {lat + 0.001})",
        )
    )
    session.commit()
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    due = report.due_at
    assert "propose another unit" not in desk.look(path(report))
    desk.submit(path(report, "/placement"), lat=str(lat), lon=str(lon), version=report.version)
    session.refresh(report)
    assert (report.road_owner, report.unit_code, report.due_at) == ("county", "bydrift", due)
    page = desk.look(path(report))
    assert "For this place the rules propose another unit" in page
    offered = html.document_fromstring(page).xpath('//*[contains(@class, "ds-alert")]//input[@name="unit"]/@value')
    assert offered == ["troms_fylkeskommune"]
    desk.submit(path(report, "/forwarding"), unit="troms_fylkeskommune", version=report.version)
    session.refresh(report)
    assert report.unit_code == "troms_fylkeskommune"
    assert "propose another unit" not in desk.look(path(report))


def test_a_file_with_mistakes_a_file_too_large_and_none_are_told_in_sentences(desk):
    desk.look("/staff/rules/what-if")
    wrong = ask(desk, RULES.replace("unit: nettselskap", "unit: nettselskapet"))
    assert wrong.status_code == 422 and "new.yaml:" in wrong.text and "There is no unit" in wrong.text
    large = ask(desk, RULES + "#" * 500_000)
    assert large.status_code == 422 and "too large" in large.text
    assert "Choose a rules file first" in ask(desk, b"").text
    assert "Write the day" in ask(desk, RULES, since="yesterday").text
    assert ask(desk, b"\xff\xfe nonsense: [").status_code == 422
    deep = ask(desk, b"[" * 50_000)
    assert deep.status_code == 422 and "new.yaml:1: This is nested too deeply" in deep.text


def test_only_the_desk_and_administrators_open_these_pages(browser_of, make_staff, make_report, eva, per, ada):
    report, una = make_report(), make_staff("Una", Role.UNIT, "bydrift")
    pages = ["/staff/rules/figures", "/staff/rules/what-if", path(report, "/letter"), path(report, "/category")]
    for page in pages:
        assert browser_of(ada).get(page).status_code == 200, page
        for other in (eva, per, una):
            assert browser_of(other).get(page).status_code in {403, 404}, page
        assert browser_of(None).get(page).status_code == 303, page


def test_a_colleague_from_another_unit_and_a_stranger_decide_nothing(session, browser_of, make_report, eva):
    report = make_report()
    before = session.scalar(select(func.count(Update.id)))
    nouns = {
        "/forwarding": {"unit": "eiendom", "informed": "bydrift"},
        "/referral": {"unit": "statens_vegvesen", "letter": "1"},
        "/category": {"category": "sweeping"},
        "/placement": {"lat": "69.65", "lon": "18.95"},
        "/letter": {"unit": "statens_vegvesen"},
        "/recall": {"forwarding": "1"},
    }
    for who in (eva, None):
        browser = browser_of(who)
        for noun, fields in nouns.items():
            assert browser.submit(path(report, noun), **fields).status_code in {303, 403, 404}, noun
        assert ask(browser, RULES).status_code in {303, 403}
    session.expire_all()
    assert session.scalar(select(func.count(Update.id))) == before
    assert session.scalars(select(Report.status)).all() == ["new"]


def test_a_decision_of_two_people_at_once_is_refused_to_the_second(desk, make_report, decide, rules, clock):
    report = make_report()
    desk.look(path(report))
    version = report.version
    clock.pass_(seconds=1)
    decide(right_unit.inform, report, units=["eiendom"], rules=rules)
    second = desk.submit(path(report, "/forwarding"), unit="bydrift", informed="park_idrett", version=version)
    assert second.status_code == 409 and "Somebody else" in second.text
