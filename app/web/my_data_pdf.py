"""A person's own data as a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.errors import N_
from app.services.my_data_file import PersonData
from app.storage import PhotoStore
from app.text import show_datetime, translate
from app.web import paper
from app.web.my_data import Section, sections


def write_pdf(data: PersonData, *, photos: PhotoStore, lang: str) -> bytes:
    """The file. Raises NotFound where the fonts are not installed."""
    title, author = translate(N_("Your data"), lang), f"GataMi {data.municipality}"
    subject = translate(N_("What we keep about you, why, and until when"), lang)
    paper.load_fonts()
    return paper.write(
        _story(data, title, photos, lang), title=f"{title} – {author}", subject=subject, author=author, lang=lang
    )


def _story(data: PersonData, title: str, photos: PhotoStore, lang: str) -> Iterator[Any]:
    yield paper.heading(title, 1)
    made = translate(N_("Made %(time)s by %(name)s."), lang)
    yield paper.words(made % {"time": show_datetime(data.made_at, lang), "name": data.municipality})
    if data.email:
        yield paper.words(translate(N_("Everything for %(address)s."), lang) % {"address": data.email})
    for section in sections(data, lang):
        yield from _section(section, photos)
    yield paper.heading(translate(N_("What we keep, why, and how long"), lang))
    for rule in data.rules:
        yield paper.heading(rule.what, 3)
        yield paper.words(rule.why)
        yield paper.words(rule.until)


def _section(section: Section, photos: PhotoStore) -> Iterator[Any]:
    yield paper.heading(section.title, section.level)
    rows = [*section.rows, *section.lines]
    if rows:
        yield paper.table(rows, names=bool(section.rows))
    yield from paper.pictures(photos, [one.id for one in section.photos])
