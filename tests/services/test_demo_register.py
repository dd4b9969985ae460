"""The demo's own addresses and names: the search works offline at once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from app.queries.places import search_places
from app.routing import in_service_area
from app.services.demo_register import places

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Rules


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("storgata 5", "Storgata 5"), ("Romsa", "Romsa"), ("sallir", "Sállir"), ("kvaloya", "Kvaløya"),
        ("gronnegata", "Grønnegata"), ("Stakkevollveien 12", "Stakkevollvegen 12"), ("ishavskat", "Ishavskatedralen"),
    ],
)  # fmt: skip
def test_what_a_new_user_tries_first_is_found(session: Session, typed: str, found: str) -> None:
    session.add_all(places())
    session.flush()
    assert search_places(session, typed)[0].label == found


def test_every_place_is_ours_and_has_a_name_of_its_own(rules: Rules) -> None:
    made = places()
    assert [one.label for one in made if not in_service_area(rules, one.lat, one.lon)] == []
    assert {ref: n for ref, n in Counter((one.kind, one.source_ref) for one in made).items() if n > 1} == {}
