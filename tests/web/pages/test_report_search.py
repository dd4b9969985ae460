"""Everybody's list: words, places, several kinds, chips, an address to share, and what is said when nothing fits."""

from __future__ import annotations

import html
import re

import pytest

from app.models import REPORTER, Photo, Place
from tests.application import NOON, STORGATA

PLACE = {"lat": STORGATA[0], "lon": STORGATA[1]}
HERE = f"{STORGATA[0]},{STORGATA[1]}"


def look(client, path: str = "/reports", status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def listed(page: str) -> list[str]:
    return re.findall(r'<a href="/reports/(\d{4}-\d+-\d)">', page)


def chips(page: str) -> dict[str, str]:
    return {
        words: href
        for href, words in re.findall(r'<a class="ds-chip" data-removable href="([^"]+)">.*?</span>(.*?)</a>', page)
    }


@pytest.fixture
def published(session, make_report):
    def make(words: str, **given):
        report = make_report(description=words, **(PLACE | given))
        report.text_public = True
        session.commit()
        return report

    return make


def test_words_that_were_let_through_are_found_and_shown(client, published, make_report, session):
    pole = published("Tre lyktestolper står skjevt", category="sign")
    make_report(category="sign", description="Tre lyktestolper er borte", **PLACE)
    page = look(client, "/reports?text=lyktestolpe+skj")
    assert listed(page) == [pole.shown_reference]
    assert "Tre lyktestolper står skjevt" in page
    assert "er borte" not in page
    assert ">1 report<" in page
    pole.text_public = False
    session.commit()
    assert "står skjevt" not in look(client, "/reports?text=skjevt")
    assert listed(look(client, "/reports?text=skjevt")) == []


def test_more_than_fifty_are_found_fifty_at_a_time(client, published):
    made = [published("Glatt her", category="other").shown_reference for _ in range(53)]
    first = look(client, "/reports?text=glatt")
    assert listed(first) == made[:2:-1]
    assert ">More than 50 reports<" in first
    older = re.search(r'rel="next" href="([^"]+)"', first)[1]
    second = look(client, older)
    assert listed(second) == made[2::-1]
    assert 'href="/reports?text=glatt">To the newest' in second


@pytest.mark.parametrize("write", [str, lambda shown: shown.replace("-", " "), lambda shown: f"#{shown}"])
def test_a_number_leads_to_its_report(client, make_report, write):
    report = make_report()
    answer = client.get("/reports", params={"text": write(report.shown_reference)})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/reports/{report.shown_reference}")


def test_a_number_that_nobody_may_see_is_as_one_that_is_not_there(client, make_report, session):
    private, hidden = make_report(category="complaint"), make_report()
    hidden.hidden_at = NOON
    session.commit()
    pages = [
        client.get("/reports", params={"text": one.shown_reference, "status": "open"}) for one in (private, hidden)
    ]
    pages.append(client.get("/reports", params={"text": "2026-000042-1", "status": "open"}))
    for page in pages:
        assert page.status_code == 422
        assert "We found no report with this number." in page.text
        assert 'href="#text"' in page.text


def test_several_kinds_and_groups_may_be_chosen(client, make_report):
    ice, snow = make_report(category="ice").shown_reference, make_report(category="snow").shown_reference
    lamp, sign = make_report().shown_reference, make_report(category="sign").shown_reference
    # As a form without script sends them, and as the address is written.
    for query in ("category=ice&category=snow&category=lamps.*", "category=ice,snow,lamps.*"):
        page = look(client, f"/reports?{query}")
        assert listed(page) == [lamp, snow, ice]
        assert re.search('name="category" value="ice" checked', page)
        assert re.search(r'name="category" value="lamps\.\*" checked', page)
        assert not re.search('name="category" value="sign" checked', page)
        assert "3 chosen" in page
    assert listed(look(client, "/reports?status=new,forwarded")) == [sign, lamp, snow, ice]


def test_each_filter_has_a_chip_that_takes_it_away_and_leaves_the_rest(client, make_report):
    make_report(category="ice")
    query = (
        f"text=glatt&category=ice,snow&status=open&area=sentrum&from=2026-11-01&to=2026-11-30&near={HERE}"
        "&radius=200&near_name=Storgata+61&photo=1"
    )
    page = look(client, f"/reports?{query}")
    found = chips(page)
    assert len(found) == 9
    assert "Within 200 m of Storgata 61" in found
    assert "category=snow&" in next(href for href in found.values() if "category=ice" not in href)
    assert "near" not in found["Within 200 m of Storgata 61"]
    for href in found.values():
        rest = chips(look(client, href))
        assert len(rest) == 8
        assert set(rest) < set(found)
    # The form holds all of them too, so that one more can be chosen.
    assert f'name="near" value="{HERE}"' in page
    assert 'value="glatt"' in page


def test_the_address_can_be_shared_and_search_engines_read_one_page(client, make_report):
    for _ in range(25):
        make_report(category="ice")
    first = look(client, "/reports?category=ice&status=&from=")
    assert '<link rel="canonical" href="http://testserver/reports?category=ice">' in first
    assert 'id="follow-link" name="share" value="http://testserver/reports?category=ice"' in first
    assert 'name="robots"' not in first
    second = look(client, re.search(r'rel="next" href="([^"]+)"', first)[1])
    assert '<meta name="robots" content="noindex">' in second
    assert '<link rel="canonical" href="http://testserver/reports?category=ice">' in second
    assert 'name="robots" content="noindex"' in look(client, "/reports?text=x")


def test_what_lies_near_a_place_is_listed_and_the_map_agrees(client, make_report):
    near = make_report()
    far = make_report(lat=STORGATA[0] + 0.003, lon=STORGATA[1])
    assert listed(look(client, f"/reports?near={HERE}&radius=300")) == [near.shown_reference]
    assert listed(look(client, f"/reports?near={HERE}&radius=400")) == [far.shown_reference, near.shown_reference]
    for radius, number in (("300", 1), ("400", 2)):
        query = {"near": HERE, "radius": radius}
        shown = client.get("/api/map", params=query | {"bbox": "18.9,69.6,19,69.7", "zoom": 16}).json()["features"]
        assert len(shown) == len(client.get("/api/reports", params=query).json()["reports"]) == number


def test_the_map_finds_the_list_s_words_and_forgets_those_taken_back(client, published, session):
    report = published("Sjelden blåhval", category="other")
    query = {"text": "blåhval", "bbox": "18.9,69.6,19,69.7"}
    for zoom in (4, 16):
        answer = client.get("/api/map", params=query | {"zoom": zoom})
        assert len(answer.json()["features"]) == 1
        assert answer.headers["cache-control"] == "no-store"
    assert [one["reference"] for one in client.get("/api/reports?text=blåhval").json()["reports"]] == [
        report.shown_reference
    ]
    report.text_public = False
    session.commit()
    for zoom in (4, 16):
        assert client.get("/api/map", params=query | {"zoom": zoom}).json()["features"] == []
    assert client.get("/api/reports?text=blåhval").json()["reports"] == []


def test_reports_with_a_photo_everybody_may_see(client, make_report, session):
    shown, held, _none = make_report(), make_report(), make_report()
    for report, public in ((shown, True), (held, False)):
        session.add(Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=public))
    session.commit()
    assert listed(look(client, "/reports?photo=1")) == [shown.shown_reference]


def test_the_latest_changed_come_first_when_asked_for_and_pages_turn_in_that_order(client, make_report, clock, session):
    made = []
    for _ in range(23):
        clock.pass_(minutes=1)
        made.append(make_report())
    clock.pass_(minutes=1)
    made[0].fix(actor=REPORTER, at=clock())
    session.commit()
    first = look(client, "/reports?sort=changed")
    second = look(client, re.search(r'rel="next" href="([^"]+)"', first)[1])
    wanted = [made[0], *made[:0:-1]]
    assert listed(first) + listed(second) == [report.shown_reference for report in wanted]
    back = look(client, re.search(r'rel="prev" href="([^"]+)"', second)[1])
    assert listed(back) == listed(first)
    assert "Changed 30 November 2026" in first


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("near=x", "where"), ("near=69.6", "where"), ("near=99,18", "where"), ("near=69.6,18.9&radius=5", "radius"),
        ("near=69.6,18.9&radius=x", "radius"), ("sort=x", "sort"), ("photo=x", "photo"), ("text=%3F%3F", "text"),
        ("text=" + "x" * 150, "text"), ("category=Ice", "category"), ("status=new,x", "status"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named_and_the_rest_still_filters(client, make_report, query, field):
    make_report(category="snow")
    ice = make_report(category="ice").shown_reference
    rest = "area=sentrum&from=2026-11-01" if field == "category" else "category=ice"
    page = look(client, f"/reports?{rest}&{query}", status=422)
    assert f'href="#{field}"' in page
    assert f'id="{field}-error"' in page
    assert ice in listed(page)
    assert field == "category" or len(listed(page)) == 1


def test_nothing_found_says_what_to_do(client, make_report):
    make_report()
    page = look(client, "/reports?text=blåhval&status=open")
    assert "No reports have all of these words." in page
    assert "Write fewer words, or another word for the same thing." in page
    assert 'href="/reports?status=open">Take the words away' in page


def test_a_place_is_looked_up_and_kept_in_the_address(client, session, make_report):
    near = make_report()
    make_report(lat=69.70, lon=19.0)
    session.add(
        Place(
            kind="address", source_ref="5", label="Prøvegata 5", detail="9008 Tromsø", lat=STORGATA[0], lon=STORGATA[1]
        )
    )
    session.add(Place(kind="address", source_ref="7", label="Prøvegata 7", detail="9008 Tromsø", lat=69.66, lon=18.96))
    session.commit()
    answer = client.get("/reports?where=pr%C3%B8vegata+5&radius=200&status=open")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/near?")
    answer = client.get(answer.headers["location"])
    assert answer.status_code == 303
    page = look(client, answer.headers["location"])
    assert listed(page) == [near.shown_reference]
    assert "Within 200 m of Prøvegata 5" in chips(page)
    assert 'data-near="69.6492,18.9553,200"' in page
    # Several: each is a link that keeps the other filters.
    page = look(client, "/near?where=pr%C3%B8vegata&status=open")
    links = re.findall(r'place-search__choice" href="([^"]+)"', page)
    assert len(links) == 2
    assert all("status=open" in link and "near=" in link for link in links)
    # None: a sentence, and the field once more.
    assert "We found nothing for “Finnesikke”." in look(client, "/near?where=Finnesikke&status=open")


def test_few_questions_are_asked_whatever_is_filtered(client, published, count_queries, session):
    for _ in range(30):
        report = published("Glatt her")
        session.add(Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=True))
    session.commit()
    for query, most in (
        ("", 3), ("text=glatt", 4), (f"text=glatt&near={HERE}&photo=1&status=open&area=sentrum", 5),
        (f"near={HERE}&radius=5000&category=lamps.*", 4), ("sort=changed&photo=1", 3),
    ):  # fmt: skip
        with count_queries() as counted:
            look(client, f"/reports?{query}")
        assert counted.number <= most, (query, counted.statements)


def test_after_a_search_a_link_leads_past_the_map_to_the_list(client, make_report):
    make_report(category="snow", **PLACE)
    page = look(client, "/reports?text=snow")
    assert '<a class="ds-link list-found" href="#list-title">1 report: go to the list</a>' in page
    assert 'id="list-title" tabindex="-1"' in page
    assert "Search: snow – Map and list" in page.partition("</title>")[0]
    assert "We have included kinds that fit the word." in page
    assert "go to the list" not in look(client)


def test_head_and_list_say_the_same_number(client, make_report):
    for _ in range(21):
        make_report(**PLACE)
    page = look(client)
    assert "21 reports, 21 of them not done yet." in page
    assert '<p class="list-count" role="status">21 reports</p>' in page
