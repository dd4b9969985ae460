"""The languages we speak: their catalogues, which one a browser gets, and how dates, spans and order are written."""

from __future__ import annotations

import gettext
import io
import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from babel import dates
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent / "locale"

# English is the language of the msgids themselves; the others have a catalogue each. Each by its own name.
LANGUAGES: dict[str, str] = {
    "nb": "Norsk bokmål",
    "nn": "Norsk nynorsk",
    "se": "Davvisámegiella",
    "en": "English",
}
DEFAULT_LANGUAGE = "nb"
# What somebody reads when a text is missing in their own language, nearest first.
FALLBACKS: dict[str, tuple[str, ...]] = {"nb": ("nn",), "nn": ("nb",), "se": ("nb", "nn")}
# Other codes that browsers and programs send for the same languages.
_ALSO = {"no": "nb", "nor": "nb", "nob": "nb", "nno": "nn", "sme": "se", "eng": "en"}

_DATES = {"nb": "d. MMMM y", "nn": "d. MMMM y", "se": "MMMM d. 'b.' y", "en": "d MMMM y"}
_TIMES = {"nb": " 'kl.' HH:mm", "nn": " 'kl.' HH:mm", "se": " 'dii.' HH:mm", "en": " 'at' HH:mm"}
# Northern Sámi: one, then the genitive that stands after every other number. Seconds in each unit.
_SE_SPANS = (
    (365 * 86400, "jahki", "jagi"),
    (30 * 86400, "mánnu", "mánu"),
    (7 * 86400, "vahkku", "vahku"),
    (86400, "beaivi", "beaivvi"),
    (3600, "diibmu", "diimmu"),
    (60, "minuhtta", "minuhta"),
)
_SHORT_WEEKDAYS = {"nb": "EEE d. MMM", "en": "EEE d MMM"}
_SPAN_THRESHOLD = 1.1


@lru_cache
def translations(lang: str) -> gettext.NullTranslations:
    """The catalogue of a language, compiled when it is first asked for, so that no build step can be forgotten.

    A sentence that is missing in nynorsk or Northern Sámi is bokmål, and never the English of the code.
    """
    path = LOCALES / lang / "LC_MESSAGES" / "gatami.po"
    nearest = translations(DEFAULT_LANGUAGE) if DEFAULT_LANGUAGE in FALLBACKS.get(lang, ()) else None
    if not path.exists():
        return nearest or gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=lang))
    compiled.seek(0)
    known = gettext.GNUTranslations(compiled)
    if nearest is not None:
        known.add_fallback(nearest)
    return known


def best_language(
    accept: str | None, *, default: str = DEFAULT_LANGUAGE, among: Collection[str] = tuple(LANGUAGES)
) -> str:
    """The language of an Accept-Language header that is liked best `among` those there are, or the nearest to it.

    Whoever names none gets the municipality's `default`, or English where we do not speak that.
    """
    for code in _liked(accept or ""):
        for near in (code, *FALLBACKS.get(code, ())):
            if near in among:
                return near
    return default if default in among else "en"


def _liked(accept: str) -> Iterator[str]:
    """Language codes without their regions, best first; what is refused by q=0 or is no number is left out."""
    asked = []
    for part in accept.split(","):
        tag, _, rest = part.partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", rest) if rest else None
        weight = float(found[1]) if found else 0.0 if rest else 1.0
        code = re.split(r"[-_]", tag.strip().lower())[0]
        if weight > 0 and code:
            asked.append((weight, _ALSO.get(code, code)))
    yield from (code for _, code in sorted(asked, key=lambda one: -one[0]))


_WEEKDAYS = {"nb": "EEEE d. MMMM", "nn": "EEEE d. MMMM", "se": "EEEE MMMM d. 'b.'", "en": "EEEE d MMMM"}


def dated(moment: datetime | date, lang: str, *, time: bool = False) -> str:
    """A date with its month in words, and the time of day if wanted; the moment is where it is to be read."""
    pattern = _DATES.get(lang, _DATES["en"]) + (_TIMES.get(lang, _TIMES["en"]) if time else "")
    written = (dates.format_datetime if isinstance(moment, datetime) else dates.format_date)(
        moment, pattern, locale=lang
    )
    # The day belongs to the month, so that the month stands in the genitive.
    return written.replace("mánnu ", "mánu ") if lang == "se" else written


def on_weekday(day: date, lang: str) -> str:
    """A day of the coming weeks as one speaks of it: torsdag 26. november."""
    written = dates.format_date(day, _WEEKDAYS.get(lang, _WEEKDAYS["en"]), locale=lang)
    return written.replace("mánnu ", "mánu ") if lang == "se" else written


def on_short_weekday(day: date, lang: str) -> str:
    """The same where there is little room: tor. 26. nov."""
    return dates.format_date(day, _SHORT_WEEKDAYS.get(lang, _SHORT_WEEKDAYS["nb"]), locale=lang)


def spanned(span: timedelta, lang: str) -> str:
    """A length of time in its largest unit: 3 dager; at least a minute."""
    if lang != "se":
        return dates.format_timedelta(span, granularity="minute", locale=lang, threshold=_SPAN_THRESHOLD)
    seconds = max(span.total_seconds(), 60)
    # Babel's words for it are in no certain case.
    unit = next((one for one in _SE_SPANS if seconds / one[0] >= _SPAN_THRESHOLD), _SE_SPANS[-1])
    count = max(round(seconds / unit[0]), 1)
    return f"{count} {unit[1] if count == 1 else unit[2]}"


# Æ, Ø, Å end the alphabet; Č comes after C, Đ after D, Ŋ after N, Š after S, Ŧ after T and Ž after Z, as Sámi has it.
_AFTER = "\uffff"
_ORDER = str.maketrans(
    {letter: f"{base}{_AFTER}" for letter, base in zip("čđŋšŧž", "cdnstz", strict=True)}
    | {letter: f"{{{rank}" for letter, rank in zip("æäøöå", "11223", strict=True)}
)


def sort_key(text: str) -> tuple[str, str]:
    """A key to sort what people read: a Norwegian alphabet with the Sámi letters in their places, á as a."""
    ordered = unicodedata.normalize("NFC", text).casefold().translate(_ORDER)
    plain = "".join(c for c in unicodedata.normalize("NFKD", ordered) if not unicodedata.combining(c))
    return plain, text
