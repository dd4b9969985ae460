"""The workbench in a browser: a hundred reports by keyboard, two people on one queue, many at once."""

from __future__ import annotations

import csv
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.db import transaction
from app.models import Report, Reporter
from app.services.importing import import_reports
from app.services.mapping_file import load_mapping
from tests.browser.accessibility import check_everywhere
from tests.browser.desk_day import STORGATA, hire, report_at, sign_in, stored

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Response

    from app.web.state import AppState
    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]

MAPPING = """
source: another_desk
timezone: Europe/Oslo
id: {column: no}
created: {column: day}
category: {column: kind}
status: {otherwise: new}
position: {lat: lat, lon: lon}
description: words
"""
# What a report says, and which keys the person at the desk presses for it.
USUAL, TWIN, ELSEWHERE, NOTHING, PRAISE, UNCLEAR = "usual", "twin", "elsewhere", "nothing", "praise", "unclear"
KEYS = {
    USUAL: ["f"],
    TWIN: ["1"],
    ELSEWHERE: ["u", "P", "Enter"],
    NOTHING: ["r", "N", "Enter"],
    PRAISE: ["a", "T", "Enter"],
}
ENDS = {
    TWIN: "duplicate",
    ELSEWHERE: "forwarded",
    NOTHING: "rejected",
    PRAISE: "answered",
    UNCLEAR: "new",
}


def import_a_morning(state: AppState, folder: Path) -> None:
    """96 made-up reports from another system, a block apart; each twin stands ten metres from the one it repeats."""
    plan = [USUAL] * 60 + [TWIN] * 12 + [ELSEWHERE] * 10 + [NOTHING] * 9 + [PRAISE] * 5
    kinds = {USUAL: ["lamp_dark", "snow", "pothole", "dumped_waste", "playground"], ELSEWHERE: ["snow", "lamp_dark"]}
    rows = []
    for number, wants in enumerate(plan):
        block = number - 60 if wants == TWIN else number
        kind = {TWIN: kinds[USUAL][block % 5], NOTHING: "other", PRAISE: "praise"}.get(wants)
        kind = kind or kinds[wants][number % len(kinds[wants])]
        lat = STORGATA[0] + (block // 10) * 0.002 + (0.0001 if wants == TWIN else 0)
        day = f"2026-11-{10 + number % 19:02} {8 + number % 9:02}:15"
        rows.append([number, day, kind, f"{lat:.6f}", f"{STORGATA[1] + block % 10 * 0.006:.6f}", f"{wants} {number}"])
    file, mapping = folder / "morning.csv", folder / "mapping.yaml"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([["no", "day", "kind", "lat", "lon", "words"], *rows])
    mapping.write_text(MAPPING)
    rules = state.rules_file.current
    with transaction(state.session_factory) as session:
        result = import_reports(session, file, load_mapping(mapping, rules), rules=rules, at=state.clock())
    assert (result.imported, result.refused) == (96, [])


@dataclass
class Desk:
    """Somebody at the keyboard, and what it costs."""

    page: Page
    presses: dict[str, int] = field(default_factory=dict)
    served: list[float] = field(default_factory=list)
    last: tuple[str, float] = ("", 0.0)

    @property
    def shown(self) -> str:
        """The report in front."""
        return self.page.locator("#front").get_attribute("data-reference") or ""

    def press(self, *keys: str) -> None:
        """Press these, not faster than a hand that does not tremble."""
        shown = self.shown
        for key in keys:
            if key == self.last[0]:
                self.page.wait_for_timeout(max(0.0, 260 - (time.monotonic() - self.last[1]) * 1000))
            self.page.keyboard.press(key)
            self.last = (key, time.monotonic())
        self.presses[shown] = self.presses.get(shown, 0) + len(keys)

    def decide(self, *keys: str) -> None:
        """Press the keys of a decision and wait until the next report stands in front, or none."""
        before = self.shown
        self.press(*keys)
        self.page.wait_for_function(
            "(before) => document.getElementById('front').dataset.reference !== before"
            " && !document.querySelector('[data-busy]')",
            arg=before,
        )

    def watch(self, response: Response) -> None:
        """How long the server took for a decision, milliseconds."""
        if response.request.method == "POST" and not response.url.endswith("/claim"):
            timing = response.request.timing
            self.served.append(timing["responseStart"] - timing["requestStart"])


@pytest.fixture
def desk_at(live_server: LiveServer, page_at: Callable[..., Page]) -> Callable[..., Desk]:
    """`desk_at(1280)`: the queue, with Kari signed in; another name is another person."""

    def open_desk(width: int = 1280, name: str = "Kari", address: str = "/staff/queue", **options: object) -> Desk:
        page = page_at(width, **options)
        sign_in(page.context, live_server, hire(live_server.state, name))
        desk = Desk(page)
        page.on("response", desk.watch)
        page.goto(address)
        return desk

    return open_desk


def test_a_hundred_mixed_reports_are_triaged_by_keyboard(
    live_server: LiveServer, desk_at: Callable[..., Desk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = live_server.state
    import_a_morning(state, tmp_path)
    for number in range(4):
        report_at(
            state,
            category="ice",
            metres_north=-500 - 200 * number,
            description="unclear",
            email=f"r{number}@example.org",
        )
    with transaction(state.session_factory) as session:
        for reporter in session.scalars(select(Reporter)):
            reporter.confirm(at=state.clock())
        wants = {one.reference: one.description.split()[0] for one in session.scalars(select(Report))}
        proposed = {one.reference: one.proposed_unit_code for one in session.scalars(select(Report))}
    assert len(wants) == 100
    desk = desk_at()
    decided: set[str] = set()
    begun = time.monotonic()
    while len(decided) < 100:
        reference = desk.shown
        assert reference not in decided, "what was decided does not come in front again while others wait"
        wanted = wants[reference]
        if wanted == UNCLEAR:
            desk.press("q", *"Where?")
            assert desk.page.locator("#ask-words").input_value() == "Where?"
            desk.decide("Control+Enter")
        else:
            desk.decide(*KEYS[wanted])
        decided.add(reference)
    seconds = time.monotonic() - begun

    with state.session_factory() as session:
        reports = {one.reference: one for one in session.scalars(select(Report))}
        by_id = {one.id: one for one in reports.values()}
    for reference, wanted in wants.items():
        report = reports[reference]
        outside = state.rules_file.current.units[proposed[reference]].outside
        assert report.status == ENDS.get(wanted, "referred" if outside else "forwarded"), (wanted, report.status)
        if wanted == USUAL:
            assert (report.unit_code or proposed[reference]) == proposed[reference]
        elif wanted == TWIN:
            first = by_id[report.duplicate_of_id]
            assert int(first.description.split()[1]) == int(report.description.split()[1]) - 60
        elif wanted == ELSEWHERE:
            assert report.unit_code == "park_idrett"
        elif wanted == UNCLEAR:
            assert report.waiting_since is not None
    presses = sorted(desk.presses[reference] for reference in wants)
    spread = ", ".join(f"{keys} keys: {n}" for keys, n in sorted(Counter(presses).items()))
    with capsys.disabled():
        print(
            f"\n100 mixed reports by keyboard: median {median(presses)} keys a report ({spread});"
            f" server {median(desk.served):.0f} ms a decision, 95 % within {quantiles(desk.served, n=20)[-1]:.0f} ms;"
            f" {seconds:.0f} s in all"
        )
    assert median(presses) <= 3
    assert Counter(report.status for report in reports.values())["new"] == 4


def test_two_browsers_on_one_queue_never_overwrite_each_other(
    live_server: LiveServer, desk_at: Callable[..., Desk]
) -> None:
    state = live_server.state
    first = report_at(state)
    second = report_at(state, metres_north=500)
    kari = desk_at(address=f"/staff/queue?report={first}")
    nils = desk_at(name="Nils", address=f"/staff/queue?report={first}", expect=["409"])
    expect(nils.page.get_by_text("Kari is looking at this report now.")).to_be_visible()
    nils.page.keyboard.press("r")
    nils.page.locator("#reject-words").fill("Kind words that took a while")

    kari.decide("f")
    assert kari.shown == second
    told = nils.page.locator("#front-news")
    expect(told).to_contain_text("Kari: Sent to the unit, City operations (Bydrift).")
    expect(told).to_contain_text("What you typed still stands here.")
    expect(nils.page.locator("#reject-words")).to_have_value("Kind words that took a while")
    expect(nils.page.locator(f".queue__item[data-reference='{first}']")).to_have_count(0)
    taken = nils.page.locator(f".queue__item[data-reference='{second}']")
    expect(taken).to_contain_text("Kari")

    nils.page.keyboard.press("Control+Enter")
    expect(nils.page.locator("[data-refused]")).to_contain_text("Somebody else changed this report just now.")
    expect(nils.page.locator("#reject-words")).to_have_value("Kind words that took a while")
    assert (stored(state, first).status, stored(state, second).status) == ("forwarded", "new")

    report_at(state, metres_north=900, category="snow")
    expect(nils.page.locator(".queue__item--new")).to_have_count(1)
    expect(nils.page.locator("#bench-said")).to_have_text("New in the list: 1")
    kari.page.goto("/staff/reports")
    expect(taken).not_to_contain_text("Kari")


def test_a_decision_that_could_not_be_sent_keeps_its_words(
    live_server: LiveServer, desk_at: Callable[..., Desk]
) -> None:
    state = live_server.state
    report = report_at(state)
    desk = desk_at(expect=["ERR_FAILED"])
    page = desk.page
    page.route("**/rejection", lambda route: route.abort())
    page.keyboard.press("r")
    page.locator("#reject-words").fill("Kind words")
    page.keyboard.press("Control+Enter")
    told = page.locator(".not-sent")
    expect(told).to_contain_text("No contact with the service.")
    expect(page.locator("#reject-words")).to_have_value("Kind words")
    page.unroute("**/rejection")
    told.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("No new reports. Time for coffee.")).to_be_visible()
    assert stored(state, report).status == "rejected"


def test_many_at_once_by_keys_and_by_a_circle_with_one_undo(
    live_server: LiveServer, desk_at: Callable[..., Desk], screenshot: Callable[..., None]
) -> None:
    state = live_server.state
    near = [report_at(state, metres_north=100 * n) for n in range(3)]
    far = [report_at(state, metres_north=3000 + 100 * n, category="snow") for n in range(2)]
    desk = desk_at()
    page = desk.page
    bar = page.locator("#many-bar")
    expect(bar).to_be_hidden()
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    page.wait_for_function("() => document.querySelectorAll('[name=chosen]:checked').length === 2")
    expect(bar).to_contain_text("2 chosen")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()

    page.keyboard.press("Control+a")
    expect(bar).to_contain_text("5 chosen")
    page.keyboard.press("a")
    expect(page.locator("#decide-answer")).not_to_have_attribute("open", "")
    expect(page.locator("#front [data-key='f Enter'] .key")).to_be_hidden()
    page.keyboard.press("f")
    undo = page.locator("form[data-undo]")
    expect(undo).to_contain_text("Done with 5 reports. 5 to City operations")
    expect(page.get_by_text("No new reports. Time for coffee.")).to_be_visible()
    assert desk.shown == "", "what is decided does not stay in front"
    assert {stored(state, one).status for one in near + far} == {"forwarded"}
    page.keyboard.press("z")
    expect(page.locator(".queue__item")).to_have_count(5)
    assert {stored(state, one).status for one in near + far} == {"new"}

    page.get_by_role("button", name="Choose on the map").click()
    area = page.locator("#circle-map")
    area.locator(".map-dot").first.wait_for()
    dots = area.evaluate(
        "(map) => [...map.querySelectorAll('.map-dot')].map((dot) => dot.getBoundingClientRect())"
        ".map(({ x, y, width, height }) => [x + width / 2, y + height / 2])"
    )
    assert len(dots) == 5
    x, y = max(dots, key=lambda place: place[1])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    page.mouse.up()
    expect(page.locator("#circle-said")).to_contain_text("3 chosen within")
    screenshot(page, "desk-many-1280")
    check_everywhere(page)
    page.get_by_role("button", name="Close", exact=True).first.click()
    bar.locator("#many-reject > summary").click()
    page.locator("#many-ready").select_option(label="Not found")
    page.get_by_role("button", name="Close the reports").click()
    expect(undo).to_contain_text("Done with 3 reports.")
    assert {stored(state, one).status for one in near} == {"rejected"}
    assert {stored(state, one).status for one in far} == {"new"}
    check_everywhere(page)
