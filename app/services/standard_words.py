"""Ready sentences, so that everybody gets the same answer to the same question. The desk may change them."""

from __future__ import annotations

from app.errors import N_

# code -> (what the desk chooses, what the reporter reads)
REJECTIONS: dict[str, tuple[str, str]] = {
    "not_ours": (
        N_("Not the municipality's"),
        N_("Thank you for telling us. This is not something the municipality looks after, so we can not mend it."),
    ),
    "not_found": (
        N_("Not found"),
        N_(
            "Thank you for telling us. We looked, but could not find the fault. If it is still there, "
            "report it again with a photo or the exact place."
        ),
    ),
    "as_meant": (
        N_("As it should be"),
        N_("Thank you for telling us. We have looked at it, and it is as it should be."),
    ),
    "too_little": (
        N_("Too little to go on"),
        N_(
            "Thank you for telling us. We could not tell from the report what is wrong. "
            "Report it again and tell us a little more."
        ),
    ),
    "not_a_report": (
        N_("Not a report"),
        N_("This is not about something that needs mending, so we close it."),
    ),
}
ANSWERS: dict[str, tuple[str, str]] = {
    "thanks": (
        N_("Thanks for praise"),
        N_("Thank you for your kind words. We have passed them on to the people who did the work."),
    ),
    "proposal": (
        N_("Thanks for a proposal"),
        N_(
            "Thank you for your proposal. The unit reads it when it plans its work. "
            "We can not promise that it will be done."
        ),
    ),
}
