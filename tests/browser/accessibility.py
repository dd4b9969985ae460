"""What every page is held to: axe-core finds nothing, nothing scrolls sideways, targets are large enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

AXE = PROJECT / "static" / "vendor" / "axe" / "axe.min.js"
# No rule in use reads the stylesheets, which axe would fetch anew each time; and only what it finds is of interest.
_RUN = """(without) => axe.run(document, {
    preload: false,
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
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


# What the keyboard reaches shows that it is there, and nothing lies over it (2.4.7, 2.4.11).
_UNSEEN_FOCUS = """() => {
    const look = (e) => ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "backgroundColor",
        "textDecorationLine"].map((name) => getComputedStyle(e)[name]).join();
    const before = document.activeElement;
    const bad = [];
    for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
        if (!e.checkVisibility({ checkVisibilityCSS: true }) || e.disabled || e.tabIndex < 0) continue;
        if (e.closest(".leaflet-container, .trap")) continue;
        // A field may show it on the label or the box around it.
        const shown = [e, e.parentElement, e.closest("label") ?? e, e.labels?.[0] ?? e];
        document.activeElement?.blur();
        const dull = shown.map(look).join("|");
        e.focus({ focusVisible: true });
        if (document.activeElement !== e) continue;
        if (shown.map(look).join("|") === dull) { bad.push(`no focus: ${e.outerHTML.slice(0, 120)}`); continue; }
        const box = e.getBoundingClientRect();
        if (box.width < 2) continue;
        const top = document.elementFromPoint(box.x + box.width / 2, Math.min(box.y + box.height / 2, innerHeight - 1));
        const near = top && (e.contains(top) || top.contains(e) || e.labels?.[0]?.contains(top));
        if (top && !near) bad.push(`covered: ${e.outerHTML.slice(0, 90)} by ${top.outerHTML.slice(0, 90)}`);
    }
    document.activeElement?.blur();
    before?.focus?.({ preventScroll: true });
    return bad;
}"""
# Wider spacing of letters, words and lines, as readers may set it (1.4.12).
_SPACED = """(spaced) => {
    for (const e of document.querySelectorAll("body, body *")) {
        const spacing = { "line-height": "1.5", "letter-spacing": "0.12em", "word-spacing": "0.16em" };
        for (const [name, value] of Object.entries(spacing)) {
            if (spaced) e.style.setProperty(name, value, "important");
            else e.style.removeProperty(name);
        }
    }
}"""


# Colours change at the next frame, and what fades does so after it. A page behind others draws no frame at all.
_SETTLED = """async () => {
    const at_most = (ms) => new Promise((done) => setTimeout(done, ms));
    const frame = () => Promise.race([new Promise((done) => requestAnimationFrame(done)), at_most(100)]);
    await frame();
    const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.race([Promise.allSettled(fading.map((one) => one.finished)), at_most(2000)]);
    await frame();
}"""


def check_everywhere(page: Page) -> None:
    """`check_page` as the page is: light on a phone, dark on a desk, enlarged to 400 % (320 px) with forced colours.

    And there also: the keyboard's place is to be seen, and wider spacing of letters cuts nothing off.
    """
    before = page.viewport_size or {"width": 360, "height": 740}
    _look(page, 360, color_scheme="light")
    check_page(page)
    _look(page, 1280, color_scheme="dark")
    check_page(page)
    _look(page, 320, color_scheme="light", forced_colors="active")
    # The reader chose these colours, so their contrast is the reader's.
    check_page(page, without=["color-contrast"])
    assert page.evaluate(_UNSEEN_FOCUS) == []
    page.evaluate(_SPACED, True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.evaluate(_SPACED, False)
    assert wide <= 0, f"With wider spacing the page scrolls {wide} px sideways."
    page.emulate_media(forced_colors="none")
    page.set_viewport_size(before)


def _look(page: Page, width: int, **media: Any) -> None:
    page.emulate_media(**media)
    page.set_viewport_size({"width": width, "height": 740})
    page.evaluate(_SETTLED)


def check_page(page: Page, *, without: Sequence[str] = ()) -> None:
    """Fails with what is wrong and where; axe's rules `without` are left out."""
    # Stylesheets are switched on when they have come; before that nothing has its size yet.
    page.wait_for_load_state("load")
    page.wait_for_function(
        "[...document.querySelectorAll('link[data-vendor]')].every((link) => link.media !== 'print')"
    )
    # axe is brought in past the page's policy, which rightly knows nothing of it; a page keeps it.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(_RUN, list(without))["violations"]
    assert [
        (one["id"], one["help"], [(node["html"][:200], node["failureSummary"]) for node in one["nodes"]])
        for one in found
    ] == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"The page scrolls {wide} px sideways: {page.evaluate(_WIDE)}"
    assert page.evaluate(_SMALL) == []
