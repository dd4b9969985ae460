"""Every mail in every language: whole, readable anywhere, without anything that watches its reader.

Writes each of them to test-output/mails, to be looked at.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from functools import cache
from html import escape

import pytest
from babel.messages.extract import extract_from_file
from lxml import html as parser

from app.delivery.letter import Letter, compose
from app.delivery.wire import WIRE
from app.languages import LANGUAGES
from app.models.update import UpdateKind
from app.services import letters, supporter_letters
from app.services.office import Office
from app.settings import PROJECT
from app.text import STATUS_WORDS, translations
from tests.application import SECRET
from tests.letters import ADDRESS, NEWS, SUPPORTERS_NEWS, Samples
from tests.mail import html_of, text_of
from tests.test_translations import JINJA

FOLDERS = (
    "addition", "call_back", "collected", "digest", "forward", "invitation", "mention", "moved", "overdue",
    "place_confirm", "question", "receipt", "sign_in", "status", "support", "support_status",
)  # fmt: skip
# After these, what a reader was asked or asked for is over; all the others can be stopped.
NOT_STOPPED = {
    "receipt", "question", "support", "place_confirm", "sign_in", "invitation", "mention", "moved", "overdue",
}  # fmt: skip
TO_UNITS = {"forward", "call_back", "addition"}
# As long as they come.
BASE = "https://meld-en-feil.gatami.tromso-og-omegn.kommune.example"
OUTPUT = PROJECT / "test-output" / "mails"

Mails = dict[str, tuple[Letter, EmailMessage]]
# The same in every test, and many.
MADE: dict[str, Mails] = {}


@pytest.fixture
def mails(settings, rules_file, session, clock) -> Callable[[str], Mails]:
    """All mails of a language, as they arrive."""
    mine = settings.model_copy(update={"public_url": BASE, "mail_from": "Tromsø kommune <gatami@tromso.example>"})
    office = Office(
        settings=mine, session_factory=None, rules_file=rules_file, photos=None, secret=SECRET, channels={}, clock=clock
    )

    def make(language: str) -> Mails:
        if language not in MADE:
            made = Samples(language, office=office, session=session).all()
            MADE[language] = {name: (letter, arrived(compose(letter, settings=mine))) for name, letter in made.items()}
        return MADE[language]

    return make


def arrived(message: EmailMessage) -> EmailMessage:
    raw = message.as_bytes(policy=WIRE)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    return email.message_from_bytes(raw, policy=email.policy.default)


def of(mails: Mails, folder: str) -> Iterator[tuple[str, Letter, EmailMessage]]:
    found = [(name, *mail) for name, mail in mails.items() if name.partition("-")[0] == folder]
    assert found, folder
    yield from found


def test_every_folder_of_templates_has_its_preview():
    folders = {path.name for path in (PROJECT / "templates/emails").iterdir() if path.is_dir()}
    assert folders == set(FOLDERS)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_test_run_writes_a_preview_of_every_mail(mails, language):
    made = mails(language)
    folder = OUTPUT / language
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, (_, mail) in made.items():
        (folder / f"{name}.html").write_text(html_of(mail))
        heads = "".join(f"{header}: {value}\n" for header, value in mail.items())
        (folder / f"{name}.txt").write_text(f"{heads}\n{text_of(mail)}")
    written = sorted(path for path in OUTPUT.glob("*/*.html"))
    lines = "".join(
        f'<li>{path.parent.name}: <a href="{path.parent.name}/{path.name}">{escape(path.stem)}</a> '
        f'(<a href="{path.parent.name}/{path.stem}.txt">text</a>)</li>\n'
        for path in written
    )
    head = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Mails</title>\n<h1>Mails</h1>\n'
    (OUTPUT / "index.html").write_text(f"{head}<ul>\n{lines}</ul>\n</html>\n")
    assert {path.stem for path in written if path.parent.name == language} == made.keys()


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_mail_is_whole_and_readable_anywhere(mails, language, folder):
    for name, letter, mail in of(mails(language), folder):
        check_headers(name, letter, mail, folder=folder)
        check_text(name, mail)
        check_html(name, mail, language=language)
        check_words(name, mail, language=language)


def check_headers(name: str, letter: Letter, mail: EmailMessage, *, folder: str) -> None:
    assert mail["Subject"].strip(), name
    assert "\n" not in mail["Subject"], name
    assert str(mail["From"]) == "Tromsø kommune <gatami@tromso.example>"
    assert mail["Content-Language"] == letter.language
    assert mail["Auto-Submitted"] == "auto-generated"
    assert next(part.get_content_type() for part in mail.iter_parts()) == "text/plain"
    if folder in NOT_STOPPED | TO_UNITS:
        assert "List-Unsubscribe" not in mail, name
        return
    assert re.fullmatch(rf"<{BASE}/stop[^>]+>", mail["List-Unsubscribe"]), name
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "GataMi <gatami.tromso.example>"
    assert mail["List-Unsubscribe"].strip("<>") in text_of(mail), name


def check_text(name: str, mail: EmailMessage) -> None:
    body = mail.get_body(("plain",))
    assert body is not None
    assert body["Content-Type"].params["format"] == "flowed"
    for line in str(body.get_content()).splitlines():
        assert len(line) <= 78 or (BASE in line or "openstreetmap" in line), (name, line)
    words = text_of(mail)
    assert "\n\n\n\n" not in words, name
    assert "\n-- \n" in words, (name, "the reason stands below the line that programs know")
    assert "<" not in re.sub(r"<[^<>\s]+@[^<>\s]+>", "", words), name


def check_html(name: str, mail: EmailMessage, *, language: str) -> None:
    source = html_of(mail)
    page = parser.document_fromstring(source)
    assert page.get("lang") == language
    assert page.findtext(".//title").strip(), name
    assert len(page.findall(".//h1")) == 1, name
    assert all(table.get("role") == "presentation" for table in page.iter("table")), name
    for image in page.iter("img"):
        assert image.get("src").startswith("cid:"), name
        assert image.get("alt"), name
    for link in page.iter("a"):
        assert link.get("href").startswith((BASE, "https://www.vegvesen.no", "https://www.openstreetmap.org/")), (
            name, link.get("href"),
        )  # fmt: skip
        assert link.text_content().strip(), name
    assert not re.search(r"<(script|iframe|object|embed|link|form|input|video|audio|svg)\b", source), name
    assert not re.search(r"url\(|@import|@font-face|background=|srcset", source), name
    assert "prefers-color-scheme: dark" in source
    hidden = page.xpath('//div[contains(@style, "display:none")]')
    assert len(hidden) == 1 and hidden[0].text_content().strip(), (name, "what the inbox shows after the subject")


def check_words(name: str, mail: EmailMessage, *, language: str) -> None:
    shown = " ".join(parser.document_fromstring(html_of(mail)).text_content().split())
    for words in (text_of(mail), shown, str(mail["Subject"])):
        assert "%(" not in words, name
        assert "{{" not in words and "None" not in words, name
        left = [english for english in untranslated(language) if re.search(rf"\b{re.escape(english)}\b", words)]
        assert not left, (name, left)


@cache
def untranslated(language: str) -> list[str]:
    """The English sentences of mails that this language has other words for."""
    known = translations(language)
    return [english for english in sentences() if known.gettext(english) != english]


@cache
def sentences() -> list[str]:
    found = {*STATUS_WORDS.values()}
    for words in (letters.WORDS, supporter_letters.WORDS):
        found |= {*words.happened.values(), *words.next.values(), words.news, words.look}
    for path in (PROJECT / "templates/emails").rglob("*.*"):
        for _, message, _, _ in extract_from_file("jinja2", path, options=JINJA):
            found |= {message} if isinstance(message, str) else set(filter(None, message))
    parts = (part.strip(" .:") for sentence in found for part in re.split(r"%\(\w+\)s", sentence))
    # "Position" and the like are words of other languages too; two words in a row are not.
    return sorted(part for part in parts if len(part) > 3 and " " in part)


def test_the_mails_that_are_looked_at_tell_every_kind_of_news_there_is():
    assert {kind.value for kind in map(UpdateKind, letters.HAPPENED)} - {"asked"} == set(NEWS)
    assert {kind.value for kind in map(UpdateKind, supporter_letters.HAPPENED)} == set(SUPPORTERS_NEWS)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_letters_beyond_ascii_arrive_as_they_were_written(mails, language):
    made = mails(language)
    _, mail = made["status-fixed"]
    for words in (text_of(mail), html_of(mail)):
        assert "Giitu go dieđihit, Čáhppes Ŋállu!" in words
        assert "Šiŋŋá-Đorte fikk ny pære" in words
        assert ADDRESS in words
    assert "æ" in made["forward"][1]["Subject"] + text_of(made["forward"][1])


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_mail_about_a_report_says_what_happened_what_is_next_and_how_to_stop(mails, language):
    known = translations(language)
    for name, letter, mail in of(mails(language), "status"):
        words = text_of(mail)
        standing = {known.gettext(word) for word in STATUS_WORDS.values()}
        if name == "status-reopened":  # It was not received today.
            standing = {known.gettext("Opened again")}
        assert words.splitlines()[0] in standing, name
        assert known.gettext("What happens now") in words, name
        assert str(letter.context["follow_url"]) in words
        asked = name.partition("-")[2] in {"fixed", "answered", "referred", "rejected"}
        assert len(re.findall(rf"{BASE}/rating/[^/]+/[^/]+\?score=[1-5]$", words, re.MULTILINE)) == 5 * asked, name
        assert html_of(mail).count("?score=") == 5 * asked


def test_all_mails_about_a_report_are_one_conversation(mails):
    made = mails("en")
    for name in ("status-taken", "status-several", "question"):
        mail = made[name][1]
        assert re.fullmatch(r"Report 2026-\d{6}-\d: One lamp is dark", mail["Subject"]), name
        assert mail["References"] == mail["In-Reply-To"] != f"<{made[name][0].message_id}>"
        assert "nina" not in mail["References"]
    roots = {made[name][1]["References"] for name in ("status-taken", "status-fixed")}
    assert len(roots) == 2, "each report has its own"
    assert "References" not in made["collected"][1]
