"""Words for people: gettext catalogues, dates and numbers, and the Jinja environment for pages, mails and files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import numbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from app.errors import N_, DomainError
from app.languages import dated, on_short_weekday, on_weekday, spanned, translations

PROJECT = Path(__file__).resolve().parent.parent

PEOPLES_ZONE = ZoneInfo("Europe/Oslo")

STATUS_WORDS: dict[str, str] = {
    "new": N_("Received"),
    "forwarded": N_("Sent to the unit"),
    "in_progress": N_("In progress"),
    "scheduled": N_("Planned"),
    "fixed": N_("Fixed"),
    "answered": N_("Answered"),
    "referred": N_("Sent to another authority"),
    "rejected": N_("Closed without work"),
    "duplicate": N_("Already reported"),
    "withdrawn": N_("Withdrawn"),
}

# What happened, in the words of a report's history.
UPDATE_WORDS: dict[str, str] = {
    "submitted": N_("Report received"),
    "imported": N_("Taken over from another system"),
    "caller_too": N_("Somebody told the service desk the same"),
    "placed": N_("Placed on the map"),
    "looked_up": N_("The road's owner was looked up"),
    "forwarded": N_("Sent to the unit"),
    "informed": N_("Told for information"),
    "called_back": N_("Called back from the unit"),
    "taken": N_("The unit has started"),
    "scheduled": N_("Planned for a round"),
    "unscheduled": N_("Taken off the round"),
    "sent_back": N_("Sent back to the service desk"),
    "fixed": N_("Fixed"),
    "answered": N_("Answered"),
    "referred": N_("Sent to another authority"),
    "rejected": N_("Closed without work"),
    "duplicate": N_("Already reported by somebody else"),
    "withdrawn": N_("Withdrawn by the reporter"),
    "reopened": N_("Opened again"),
    "undone": N_("Decision undone"),
    "asked": N_("Question to the reporter"),
    "replied": N_("Answer from the reporter"),
    "noted": N_("Note"),
    "published": N_("Text or photo published"),
    "unpublished": N_("Text or photo taken down"),
    "hidden": N_("Report hidden"),
    "shown": N_("Report shown again"),
    "category_changed": N_("Category changed"),
    "photo_added": N_("Photo added"),
    "confirmed": N_("E-mail address confirmed"),
    "erased": N_("Personal data deleted"),
    "not_found": N_("The crew did not find the fault"),
    "corrected": N_("Corrected by the reporter"),
    "gone": N_("No longer a problem, says the reporter"),
    "interim": N_("Interim reply"),
    "due_set": N_("Another due date"),
    "withheld": N_("The reporter does not want the words to be shown"),
    "masked": N_("Words masked for others"),
    "blurred": N_("Part of a photo made unreadable"),
    "unblurred": N_("Photo shown whole again"),
    "split": N_("Taken apart: not the same thing"),
    "not_mended": N_("Not mended after all"),
    "needs_lift": N_("The crew says that it takes a lift"),
    "needs_cable": N_("The crew says that it takes the cable crew"),
}

OWNER_WORDS: dict[str, str] = {
    "state": N_("the state"),
    "county": N_("the county"),
    "municipality": N_("the municipality"),
    "private": N_("a private owner"),
    "unknown": N_("unknown"),
}


# The road categories of Norway's register; what is numbered stands on signs, so people know it.
ROAD_WORDS: dict[str, str] = {
    "E": N_("European road %(number)s"),
    "R": N_("National road %(number)s"),
    "F": N_("County road %(number)s"),
}
OWNERS_ROAD: dict[str, str] = {
    "state": N_("Road of the state"),
    "county": N_("Road of the county"),
    "municipality": N_("Road of the municipality"),
    "private": N_("Private road"),
}
# What stands for a word that the service desk has taken out, in every text that goes outside our own staff.
MARK = "[…]"
# Bars in a row are one, so that nobody counts the words behind them.
_MARKS = re.compile(rf"{re.escape(MARK)}(?:[ \t]+{re.escape(MARK)})*")
_ROAD_REF = re.compile(r"([ERF]) ?V? ?([0-9]{1,5})\b")


def translate(message: str, lang: str, **params: object) -> str:
    """`message` in the language, with its `%(name)s` placeholders filled in."""
    words = translations(lang).gettext(message)
    return words % params if params else words


def say(error: DomainError, lang: str) -> str:
    """What went wrong, in the person's language; a status among the parameters becomes a word."""
    params = {
        name: status_word(str(value), lang).lower() if str(value) in STATUS_WORDS else value
        for name, value in error.params.items()
    }
    return translate(error.message, lang, **params)


def status_word(status: str, lang: str) -> str:
    """A status as people read it."""
    return translate(STATUS_WORDS[status], lang)


# Letters that are no letter with a mark, as people write them who do not have them on their keyboard.
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ŋ": "n", "ŧ": "t", "ð": "d", "þ": "th", "ß": "ss", "ł": "l"})


def fold(text: str) -> str:
    """Small letters without marks and with single spaces, so that "tromso" and "Tromsø", "Sállir" and "sallir" meet."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


# Marks that turn round what stands behind them, and characters without any width. Those that join letters or name a
# direction stay: Persian and emoji are written with them.
_UNSEEN = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x2060, 0x2065), 0x200B, 0xFEFF])


def as_seen(text: str) -> str:
    """What somebody typed, without characters that nobody sees but that change what others read."""
    return text.translate(_UNSEEN)


def one_line(text: str) -> str:
    """The same for what stands in one line: every kind of line end, and blanks in a row, are one blank."""
    return " ".join(as_seen(text).split())


def show_datetime(moment: datetime, lang: str) -> str:
    """Date and time of day where people live."""
    return dated(moment.astimezone(PEOPLES_ZONE), lang, time=True)


def show_clock(moment: datetime) -> str:
    """The time of day where people live: 14:00."""
    return f"{moment.astimezone(PEOPLES_ZONE):%H:%M}"


def show_clock_on(moment: datetime, lang: str, *, day: date) -> str:
    """The time of day of something on `day`; where it is another day, with that one: fre. 27. nov. 01:10."""
    local = moment.astimezone(PEOPLES_ZONE).date()
    return show_clock(moment) if local == day else f"{on_short_weekday(local, lang)} {show_clock(moment)}"


def show_date(moment: datetime | date, lang: str) -> str:
    """Date alone, month in words."""
    return dated(moment.astimezone(PEOPLES_ZONE).date() if isinstance(moment, datetime) else moment, lang)


def show_ago(moment: datetime, lang: str, *, now: datetime) -> str:
    """How long since, in one unit: 3 dager; nobody counts seconds."""
    return spanned(max(now - moment, timedelta(minutes=1)), lang)


def show_due(moment: datetime, lang: str, *, now: datetime) -> str:
    """How long until it should be done, or since it should have been, in days where people live."""
    days = (moment.astimezone(PEOPLES_ZONE).date() - now.astimezone(PEOPLES_ZONE).date()).days
    say_many = translations(lang).ngettext
    if moment < now and days == 0:
        return translate(N_("Due earlier today"), lang)
    if days < 0:
        return say_many("%(n)s day overdue", "%(n)s days overdue", -days) % {"n": -days}
    if days == 0:
        return translate(N_("Due today"), lang)
    return say_many("Due in %(n)s day", "Due in %(n)s days", days) % {"n": days}


def due_state(moment: datetime, _lang: str = "", *, now: datetime) -> str:
    """The same in one word for its look: over, today, soon (within two days) or later."""
    days = (moment.astimezone(PEOPLES_ZONE).date() - now.astimezone(PEOPLES_ZONE).date()).days
    if moment < now:
        return "over"
    return "today" if days == 0 else "soon" if days <= 2 else "later"


def show_number(number: int, lang: str) -> str:
    """A whole number with its thousands set apart."""
    return numbers.format_decimal(number, locale=lang)


def show_road(ref: str | None, lang: str, *, owner: str = "unknown") -> str:
    """A road as people call it: FV862 S1D1 m687 is "County road 862"; without such a number, by its owner."""
    found = _ROAD_REF.match(ref or "")
    if found:
        return translate(ROAD_WORDS[found[1]], lang) % {"number": found[2]}
    return translate(OWNERS_ROAD[owner], lang) if owner in OWNERS_ROAD else ""


def show_metres(metres: float, lang: str) -> str:
    """Metres below one kilometre, else kilometres with one decimal."""
    if metres < 1000:
        return f"{round(metres / 10) * 10 if metres >= 100 else round(metres)} m"
    return f"{numbers.format_decimal(round(metres / 1000, 1), locale=lang)} km"


def show_masked(words: str, lang: str) -> Markup:
    """Words of which some are masked: a bar for those, which is read aloud as what it is."""
    said = translate(N_("removed by the service desk"), lang)
    bar = Markup('<span class="masked"><span aria-hidden="true">▇▇▇</span><span class="ds-sr-only">[{}]</span></span>')
    return bar.format(said).join(escape(part) for part in _MARKS.split(words))


@lru_cache
def environment(lang: str) -> Environment:
    """Jinja for one language: everything is escaped, and a name that is not there is an error, not a blank."""
    env = Environment(
        loader=FileSystemLoader(PROJECT / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html", "xml"), default_for_string=True),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    known = translations(lang)
    env.install_gettext_callables(known.gettext, known.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["lang"] = lang
    env.filters.update(_filters(lang))
    return env


def _filters(lang: str) -> dict[str, Callable[..., Any]]:
    def with_lang(function: Callable[..., str]) -> Callable[..., str]:
        return lambda value, **named: function(value, lang, **named)

    return {
        "datetime": with_lang(show_datetime),
        "date": with_lang(show_date),
        "weekday": with_lang(on_weekday),
        "clock": show_clock,
        "clock_on": with_lang(show_clock_on),
        "ago": with_lang(show_ago),
        "metres": with_lang(show_metres),
        "road_word": with_lang(show_road),
        "number": with_lang(show_number),
        "due": with_lang(show_due),
        "due_state": with_lang(due_state),
        "status_word": with_lang(status_word),
        "masked": with_lang(show_masked),
        "update_word": lambda value: translate(UPDATE_WORDS.get(value) or str(value), lang),
        "owner_word": lambda value: translate(OWNER_WORDS.get(value) or str(value), lang),
    }


def render(template: str, lang: str, **context: object) -> str:
    """A mail or file from `templates/`, in the reader's language."""
    return environment(lang).get_template(template).render(**context)
