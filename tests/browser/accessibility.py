"""What every page is held to: axe-core finds nothing, nothing scrolls sideways, targets are large enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.settings import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = PROJECT / "static" / "vendor" / "axe" / "axe.min.js"
_RUN = """() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})"""
_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .map((e) => e.outerHTML.slice(0, 120)).slice(-4)"""
# What is one pixel high is there for screen readers; its label is what is tapped.
_SMALL = """() => [...document.querySelectorAll("button, a.ds-button, label.photo-button, summary, select, "
    + "textarea, input:not([type=hidden], [type=radio], [type=checkbox])")]
    .filter((e) => e.checkVisibility() && !e.closest(".leaflet-container, [aria-hidden=true]"))
    .filter((e) => e.getBoundingClientRect().height > 1.5 && e.getBoundingClientRect().height < 43.5)
    .map((e) => e.outerHTML.slice(0, 120))"""


def check_page(page: Page) -> None:
    """Fails with what is wrong and where."""
    # Stylesheets are switched on when they have come; before that nothing has its size yet.
    page.wait_for_load_state("load")
    page.wait_for_function(
        "[...document.querySelectorAll('link[data-vendor]')].every((link) => link.media !== 'print')"
    )
    # axe is brought in past the page's policy, which rightly knows nothing of it.
    page.evaluate(AXE.read_text())
    found = page.evaluate(_RUN)["violations"]
    assert [
        (one["id"], one["help"], [(node["html"][:200], node["failureSummary"]) for node in one["nodes"]])
        for one in found
    ] == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"The page scrolls {wide} px sideways: {page.evaluate(_WIDE)}"
    assert page.evaluate(_SMALL) == []
