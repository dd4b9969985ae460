"""What is written to reporters: the receipt, what happened to their reports, a question from the desk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from app.delivery.letter import Letter
from app.errors import N_
from app.models import NotificationKind, UpdateKind
from app.models.links import (
    BounceKind,
    bounce_token,
    confirm_path,
    follow_path,
    rating_path,
    stop_all_path,
    stop_path,
    thread_root,
)
from app.routing.summer import lit_again
from app.services import news, supporter_letters
from app.services.rating import SCORE_WORDS, can_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from app.models import Notification, Report, Reporter
    from app.routing import Rules
    from app.services.news import Item
    from app.services.office import Office

HAPPENED: dict[str, str] = news.HAPPENED | {
    UpdateKind.FORWARDED: N_("The service desk has sent your report to %(unit)s."),
    UpdateKind.ANSWERED: N_("You have got an answer to your report."),
    UpdateKind.REFERRED: N_("This is not for the municipality to mend. We have sent your report to %(unit)s."),
    UpdateKind.REJECTED: N_("We have closed your report without doing any work."),
    UpdateKind.DUPLICATE: N_("Somebody had already told us about the same thing. We go on with the first report."),
    UpdateKind.REOPENED: N_("Your report is open again."),
    UpdateKind.SPLIT: N_("It was another thing than we thought. Your report stands by itself again."),
    UpdateKind.NOTED: N_("%(unit)s has written something about your report:"),
    UpdateKind.ASKED: N_("We need to know a little more before we can go on with your report."),
}
NEXT: dict[str, str] = news.NEXT | {
    UpdateKind.FIXED: N_("Is it still broken? Open your report and tell us."),
    UpdateKind.ANSWERED: N_("Is something still unclear? Reply to this mail."),
    UpdateKind.DUPLICATE: N_("You need not do anything. You get a mail when something happens to the first report."),
    UpdateKind.ASKED: N_("Your report waits until you have answered. Then we go on with it."),
}
# The same while "still broken" can be said on the report's own page.
UNTIL: dict[str, str] = {
    NEXT[UpdateKind.FIXED]: N_("Is it still broken? Open your report and tell us by %(date)s."),
    NEXT[UpdateKind.ANSWERED]: N_(
        "Is something still unclear? Reply to this mail, or open your report and tell us by %(date)s."
    ),
    NEXT[UpdateKind.REJECTED]: N_(
        "Do you think that this is wrong? Reply to this mail, or open your report and tell us by %(date)s."
    ),
}
ALSO_MERGED = N_("You need not do anything. You still get a mail when something happens.")
LOOK = N_("Open your report to see all that has happened.")
WORDS = news.Words(HAPPENED, NEXT, N_("There is news about your report."), LOOK)
# Of a duplicate's first report its reporter may see what everybody sees, and can say that it is still broken.
_TELL_US = dict.fromkeys((UpdateKind.WITHDRAWN, UpdateKind.GONE), NEXT[UpdateKind.FIXED])
OF_FIRST = replace(supporter_letters.WORDS, next=NEXT | {UpdateKind.DUPLICATE: ALSO_MERGED} | _TELL_US)


def write(items: Sequence[Item], carrier: Notification, *, office: Office, at: datetime) -> Letter | None:
    """The mail that tells these items, in the reporter's language; None when nobody may be written to any more.

    All items are for the reader of `carrier`, which is one of them.
    """
    own = next(item.own for item in items if item.row is carrier)
    reporter = own.reporter
    is_receipt = carrier.kind == NotificationKind.RECEIPT
    if reporter is None or reporter.email is None or not (is_receipt or reporter.hears):
        return None
    about = [list(group) for _, group in groupby(_by_report(items), key=_subject)]
    desk = _Desk(office, reporter, at)
    context = desk.common(own)
    stop = None if is_receipt else stop_path(own, secret=office.secret)
    template = carrier.kind
    if is_receipt:
        # Nothing that the sender typed: the address may be somebody else's, and this would be a spam relay.
        asks = reporter.confirmed_at is None or reporter.bounced_at is not None
        confirm = confirm_path(own, reporter.email, secret=office.secret)
        context["lit_again"] = lit_again(desk.rules, own.category_code, own.answers, at=own.created_at)
        context["confirm_url"] = desk.url(confirm) if asks else None
        context["came_by"] = "desk" if own.entered_by_id is not None else "mail" if own.channel == "email" else ""
    elif len(about) == 1:
        context |= desk.about(about[0])
    else:
        template = "collected"
        stop = stop_all_path(own, secret=office.secret)
        context |= {"reports": [desk.common(group[0].own) | desk.about(group) for group in about]}
    return Letter(
        template=template,
        to=reporter.email,
        language=reporter.language,
        at=at,
        context=context | {"stop_url": desk.url(stop) if stop else None},
        message_id=carrier.message_id,
        municipality=desk.rules.municipality.name(reporter.language),
        # A question has no button to stop: only answering or closing the report ends it.
        stop_url=desk.url(stop) if stop and carrier.kind == NotificationKind.STATUS else None,
        thread=None if template == "collected" else thread_root(own, reporter.email, secret=office.secret),
        bounce_token=bounce_token(BounceKind.NOTIFICATION, carrier.id, reporter.email, secret=office.secret),
    )


def _by_report(items: Sequence[Item]) -> list[Item]:
    """Each report's news together, the report first about which there was news first; within it in order."""
    first = {_subject(item): number for number, item in reversed(list(enumerate(items)))}
    return sorted(items, key=lambda item: first[_subject(item)])


def _subject(item: Item) -> tuple[int, int]:
    """What stands together in a mail: the news of one report, of a duplicate apart from those of the first."""
    return item.own.id, item.report.id


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every paragraph needs: the office, and for whom and when it is written."""

    office: Office
    reporter: Reporter
    at: datetime

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self.office.rules

    def url(self, path: str) -> str:
        """A path as it stands in a mail."""
        return f"{self.office.settings.base_url}{path}"

    def common(self, report: Report) -> dict[str, object]:
        """Which report it is, for its reporter."""
        return {
            "reference": report.shown_reference,
            "category": news.category_name(report, self.rules, language=self.reporter.language),
            "address": report.address,
            "reported_at": report.created_at,
            "due_at": report.due_at if report.is_open else None,
            "follow_url": self.url(follow_path(report, secret=self.office.secret)),
        }

    def about(self, items: Sequence[Item]) -> dict[str, object]:
        """What happened to one report, and the question how it went when that was the end."""
        language, own, report = self.reporter.language, items[-1].own, items[-1].report
        updates = [item.update for item in items]
        of_first = own is not report
        words = OF_FIRST if of_first else WORDS
        told = news.story(
            updates, report, self.rules, language=language, words=words, asked=not of_first,
            silent=of_first and report.private,
        )  # fmt: skip
        ended = not of_first and can_rate(own) and updates[-1].to_status == own.status
        return (
            told
            | self._until(report, told)
            | {
                "about_first": report.shown_reference if of_first else None,
                "anew_url": None,
                "photo_shown": ended and any(photo.by_crew and photo.public for photo in own.photos),
                "ratings": [(self._rating(own, score), text) for score, text in SCORE_WORDS.items()] if ended else [],
            }
        )

    def _until(self, report: Report, told: Mapping[str, object]) -> dict[str, object]:
        """Until when "still broken" can be said, where the mail invites to say it."""
        sentence = UNTIL.get(str(told["next"]))
        if sentence is None or report.closed_at is None:
            return {}
        until = report.closed_at + timedelta(days=self.office.settings.reopen_days)
        return {"next": sentence, "until": until} if self.at < until else {}

    def _rating(self, report: Report, score: int) -> str:
        return self.url(rating_path(report, score, secret=self.office.secret))
