"""Reports that are much like the one about to be sent, and whether the sender has seen them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.queries.similar import Similar, similar
from app.queries.surroundings import Surroundings
from app.routing import Category
from app.web.report_form import ReportForm

NONE = "-"


@dataclass(frozen=True)
class SimilarHere:
    """`reports` nearest first. `looked` is false while there is no place at which anything could be."""

    reports: tuple[Similar, ...] = ()
    looked: bool = False

    @property
    def seen(self) -> str:
        """What the form carries once the page has shown them."""
        return " ".join(one.reference for one in self.reports) or NONE

    def unseen_in(self, form: ReportForm) -> bool:
        """Whether a page without script must show them before the report is sent: once for each category."""
        return bool(self.reports) and (not form.seen or form.asked != form.category)


def similar_here(session: Session, category: Category, form: ReportForm, around: Surroundings) -> SimilarHere:
    """Around the pin, else around the lamp whose number was typed; never for what one must ring about."""
    lamp = around.asset
    place = form.point() or ((lamp.lat, lamp.lon) if lamp else None)
    if place is None or category.phone_instead or not (abs(place[0]) <= 90 and abs(place[1]) <= 180):
        return SimilarHere()
    found = similar(session, category, lat=place[0], lon=place[1], asset_id=lamp.id if lamp else None)
    return SimilarHere(tuple(found), looked=True)
