"""The words of a mail: decoded whatever is declared, HTML as plain text, and an answer without what it quotes."""

from __future__ import annotations

import codecs
import re
from html.parser import HTMLParser

from app.delivery.flowed import unflow
from app.text import as_seen

MOST_BYTES = 400_000
MOST_LINKS = 50
# Of all HTML of a mail, in characters: what people write with their signature and logo is a tenth of it.
MOST_HTML = 200_000
# Only what mails are written in: some of Python's other decoders are slow on purpose-made text, or no text at all.
_CHARSETS = re.compile(
    r"utf|ascii|iso8859|latin|cp\d|windows|koi8|mac|euc|shift|iso2022|gb|big5|johab|hp_roman8|tis", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
_NEVER_CLOSED = re.compile(r"<(?=[^<>]*(?:<|\Z))")
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_BLANK_LINES = re.compile(r"\n[ \t\xa0]*(?:\n[ \t\xa0]*){2,}")
_BLOCKS = {
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_SILENT = {"head", "script", "style", "title", "template", "noscript"}
_QUOTE_BEGINS = (
    re.compile(r"^(?:On|Den|På|Am|Le|Il|El)\b.{4,300}\b(?:wrote|skrev|skreiv|čálii|schrieb|écrit)\b.{0,150}:\s*$"),
    re.compile(
        r"^\s*-{2,}\s*(?:Original|Opprinnelig|Oprinnelig|Opphavleg|Forwarded|Videresendt).{0,40}$", re.IGNORECASE
    ),
    re.compile(r"^_{10,}\s*$"),
)
_HEAD_LINE = re.compile(r"^\*?(?:From|Fra|Frå|Sáddejeaddji)\s*:\*?\s.+@")
_SIGNATURE = re.compile(r"^-- ?$")


def decode(data: bytes, charset: str | None) -> str:
    """Text of bytes, as declared where that is a known encoding, else UTF-8, else Western European; never fails."""
    data = data[:MOST_BYTES]
    for name in (charset or "", "utf-8"):
        try:
            if name and _CHARSETS.search(codecs.lookup(name).name):
                return data.decode(name)
        except (LookupError, ValueError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


def plain(text: str, *, flowed: bool = False) -> str:
    """Text as it can be kept: one kind of line ends, no control characters, no long gaps."""
    text = without_control(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = as_seen(unflow(text) if flowed else text)
    return _BLANK_LINES.sub("\n\n", text).strip()


def without_control(text: str) -> str:
    """Text that a database takes: no NUL, no half letters; line ends stay."""
    return _CONTROL.sub("", text)


def easy_html(html: str) -> str:
    """The same page without comments and declarations, and every < in it is closed by a > before the next one.

    Where one is missing, Python's parser looks through all that follows, and again for each of thousands.
    """
    kept, at = [], 0
    html = html[:MOST_HTML]
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start)
        at = end + 3 if end >= 0 else start + 4
        if end < 0:
            break
    kept.append(html[at:] if start < 0 else html[at:].replace("<!--", ""))
    return _DECLARATION.sub("", _NEVER_CLOSED.sub("&lt;", "".join(kept)))


def from_html(html: str) -> tuple[str, list[str]]:
    """(the words of a page, the addresses behind its links); nothing of it is run or fetched."""
    reader = _Reader()
    try:
        reader.feed(easy_html(html))
        reader.close()
    except (AssertionError, ValueError):
        pass  # What was read until then counts.
    return plain("".join(reader.words)), reader.links[:MOST_LINKS]


def own_words(text: str) -> str:
    """What somebody wrote in an answer, without the mail that they quote below it and without their signature."""
    kept: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        both = f"{line} {lines[number + 1]}" if number + 1 < len(lines) else line
        if _HEAD_LINE.match(line) or _SIGNATURE.match(line):
            break
        if any(begin.match(line) or begin.match(both) for begin in _QUOTE_BEGINS):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return plain("\n".join(kept))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.words.append("\n\n" if tag == "p" else "\n")
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value][:1]
        if tag == "body":  # A head that nobody closed hides nothing.
            self._silent = 0

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(re.sub(r"[ \t\r\n\f]+", " ", data))
