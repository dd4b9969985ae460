"""How a conversation with the other side can end, other than well, and how that is told to staff."""

from __future__ import annotations

from enum import StrEnum

from app.errors import N_
from app.text import translate


class Trouble(StrEnum):
    """What went wrong, as it is kept with the message; `WORDS` says it to people."""

    NO_SERVER = "no_server"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MAIL = "mail"
    BROKEN = "broken"
    ADDRESS = "address"
    NO_ADDRESS = "no_address"
    WEB_SILENT = "web_silent"
    WEB_REFUSED = "web_refused"
    CRASHED = "crashed"
    OURS = "ours"


WORDS: dict[str, str] = {
    Trouble.NO_SERVER: N_("The mail server could not be reached."),
    Trouble.SENDER: N_("The mail server does not let us send from our address."),
    Trouble.RECIPIENT: N_("The mail server does not take mail for this address."),
    Trouble.MAIL: N_("The mail server did not take this mail."),
    Trouble.BROKEN: N_("The connection broke after the mail was handed over. It may have arrived."),
    Trouble.ADDRESS: N_("This is not an address that mail can be sent to."),
    Trouble.NO_ADDRESS: N_("The unit has no address of this kind in the rules file."),
    Trouble.WEB_SILENT: N_("The unit's own system did not answer."),
    Trouble.WEB_REFUSED: N_("The unit's own system did not take the report."),
    Trouble.CRASHED: N_("The program stopped in the middle of sending. It may have arrived."),
    Trouble.OURS: N_("Something went wrong in this program. Tell the people who run it."),
}


class DeliveryFailed(Exception):  # noqa: N818  (it is an answer, and reads as one)
    """It was certainly not taken. `permanent`: trying again would not help, so a person must look.

    `no_mailbox`: there is nobody at this address, whatever is sent.
    """

    def __init__(self, trouble: Trouble, detail: str = "", *, permanent: bool, no_mailbox: bool = False) -> None:
        super().__init__(note(trouble, detail))
        self.note = note(trouble, detail)
        self.permanent = permanent
        self.no_mailbox = no_mailbox


class DeliveryUnknown(Exception):  # noqa: N818  (as above)
    """All of it was handed over, and the answer never came: nobody knows whether it was taken."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(note(trouble, detail))
        self.note = note(trouble, detail)


def note(trouble: Trouble, detail: str = "") -> str:
    """What is kept with the message: the code, and the other side's own words."""
    return f"{trouble.value}: {detail}" if detail else trouble.value


def in_words(kept: str | None, lang: str) -> tuple[str, str]:
    """A kept note as a sentence in the language, and the other side's own words ("" when there are none)."""
    code, _, detail = (kept or "").partition(": ")
    return (translate(WORDS[code], lang), detail) if code in WORDS else (kept or "", "")
