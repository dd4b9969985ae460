"""The ready words that come with the program, so that everybody gets the same answer to the same question.

A municipality may change each of them, and add its own, on the page of reply templates (services/templates.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import N_
from app.models import ReplyFor


@dataclass(frozen=True)
class Shipped:
    """`title` is what the desk chooses by, `body` what the reporter reads; both msgids."""

    for_what: ReplyFor
    title: str
    body: str


SHIPPED: dict[str, Shipped] = {
    "not_ours": Shipped(
        ReplyFor.REJECT,
        N_("Not the municipality's"),
        N_("Thank you for telling us. This is not something the municipality looks after, so we can not mend it."),
    ),
    "not_found": Shipped(
        ReplyFor.REJECT,
        N_("Not found"),
        N_(
            "Thank you for telling us. We looked, but could not find the fault. If it is still there, "
            "report it again with a photo or the exact place."
        ),
    ),
    "as_meant": Shipped(
        ReplyFor.REJECT,
        N_("As it should be"),
        N_("Thank you for telling us. We have looked at it, and it is as it should be."),
    ),
    "too_little": Shipped(
        ReplyFor.REJECT,
        N_("Too little to go on"),
        N_(
            "Thank you for telling us. We could not tell from the report what is wrong. "
            "Report it again and tell us a little more."
        ),
    ),
    "not_a_report": Shipped(
        ReplyFor.REJECT,
        N_("Not a report"),
        N_("This is not about something that needs mending, so we close it."),
    ),
    "thanks": Shipped(
        ReplyFor.ANSWER,
        N_("Thanks for praise"),
        N_("Thank you for your kind words. We have passed them on to the people who did the work."),
    ),
    "proposal": Shipped(
        ReplyFor.ANSWER,
        N_("Thanks for a proposal"),
        N_(
            "Thank you for your proposal. The unit reads it when it plans its work. "
            "We can not promise that it will be done."
        ),
    ),
    "theirs": Shipped(
        ReplyFor.REFER,
        N_("Theirs to mend"),
        N_("Thank you for telling us. {unit} looks after this. We have passed your report on. Ask them how it goes."),
    ),
    "where": Shipped(
        ReplyFor.ASK,
        N_("Where exactly?"),
        N_("Thank you for telling us. Where exactly is it? A house number, a lamp's number or a photo helps us."),
    ),
    "photo": Shipped(
        ReplyFor.ASK,
        N_("A photo, please"),
        N_("Thank you for telling us. Can you send us a photo of it? Then we see what is wrong before we drive."),
    ),
    "mended": Shipped(
        ReplyFor.FIXED,
        N_("Mended"),
        N_("It is mended now. Thank you for telling us."),
    ),
    "secured": Shipped(
        ReplyFor.FIXED,
        N_("Mended for now"),
        N_("We have mended it for now, so that it is safe. The rest is done later."),
    ),
    "still_waiting": Shipped(
        ReplyFor.INTERIM,
        N_("Not done yet"),
        N_(
            "We have not forgotten your report {reference}. {unit} has it, but it is not done yet. "
            "We aim to be done by {due}. You hear from us again."
        ),
    ),
}
