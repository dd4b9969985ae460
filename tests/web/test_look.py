"""The look: contrast of colours, drawings for every category, templates that a strict CSP lets through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.pages.forms import form_of

PROJECT = Path(__file__).resolve().parents[2]
GROUPS = ("accent", "neutral", "brand1", "info", "success", "warning", "danger")
SURFACES = (
    "background-default",
    "background-tinted",
    "surface-default",
    "surface-tinted",
    "surface-hover",
    "surface-active",
)


def schemes() -> dict[str, dict[str, str]]:
    """The colour values by scheme; the dark ones stand twice and must be the same."""
    css = (PROJECT / "static/css/colors.css").read_text()
    selectors = {"light": ":root,\n[data-color-scheme]"}
    selectors |= {name: f'[data-color-scheme="{name}"]' for name in ("dark", "auto")}
    found = {}
    for name, selector in selectors.items():
        block = css.partition(selector + " {")[2].partition("}")[0]
        found[name] = dict(re.findall(r"--ds-color-([a-z0-9-]+): (#[0-9a-f]{6});", block))
    return found


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("group", GROUPS)
def test_words_can_be_read_on_every_surface_of_their_colour(scheme, group):
    colours = schemes()[scheme]
    for surface in SURFACES:
        for text, least in (("text-default", 7.0), ("text-subtle", 4.5)):
            ratio = contrast(colours[f"{group}-{text}"], colours[f"{group}-{surface}"])
            assert ratio >= least, f"{group}-{text} on {surface}: {ratio:.2f}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("group", GROUPS)
def test_buttons_and_borders_of_fields_stand_out(scheme, group):
    colours = schemes()[scheme]
    for base in ("base-default", "base-hover", "base-active"):
        assert contrast(colours[f"{group}-base-contrast-default"], colours[f"{group}-{base}"]) >= 4.5, base
    for surface in ("background-default", "surface-default", "surface-tinted"):
        assert contrast(colours[f"{group}-border-default"], colours[f"{group}-{surface}"]) >= 3, surface


def test_dark_by_choice_and_dark_by_device_are_the_same_dark():
    assert schemes()["dark"] == schemes()["auto"]


def test_every_drawing_that_is_named_exists():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (PROJECT / "static/icons/sprite.svg").read_text()))
    named = set(re.findall(r"icon: ([a-z_-]+)", (PROJECT / "routing_rules.yaml").read_text()))
    for template in (PROJECT / "templates").rglob("*.html"):
        words = template.read_text()
        named |= set(re.findall(r"""icon(?:\(|=)["']([a-z_-]+)["'][,)]""", words))
    assert named <= drawn, sorted(named - drawn)


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/reports"), ("get", "/reports?near=x"), ("post", "/mine/sign-in"), ("post", "/follow-place")],
)
def test_a_form_with_mistakes_says_so_in_the_pages_name(client, method, path):
    if method == "get":
        page = client.get(path)
    else:
        shown = "/" if path == "/reports" else path
        page = form_of(client.get(shown).text, path).send(client)
    assert page.status_code == 422
    assert "<title" in page.text
    assert ">Error: " in page.text.partition("</title>")[0]


def pages() -> list[Path]:
    """The templates that a browser shows; mails have rules of their own."""
    return [path for path in (PROJECT / "templates").rglob("*.html") if "emails" not in path.parts]


def test_every_map_has_names_for_its_buttons():
    maps = [
        (page.name, tag)
        for page in pages()
        for tag in re.findall(r'<div[^>]*class="map[ "](?:\{\{.*?\}\}|\{%.*?%\}|[^>])*>', page.read_text())
    ]
    assert len(maps) >= 10
    for name, tag in maps:
        assert "data-say-zoom-in=" in tag and "data-say-zoom-out=" in tag, name


def test_no_page_has_a_script_a_style_or_a_handler_inside():
    for page in pages():
        words = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", page.read_text(), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", words), page.name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", words)), page.name
