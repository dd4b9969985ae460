"""Areas that a municipality brings itself: kept in the database, and put over the rules file's own."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from geoalchemy2 import Geometry
from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import insert

from app.errors import Invalid, NotFound
from app.models import ImportedArea
from app.routing.polygon_files import PolygonError, read_polygons
from app.routing.replaced_areas import SERVICE, failing_examples, with_areas

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.routing import Rules, RulesFile
    from app.routing.geometry import MultiPolygon

log = logging.getLogger(__name__)

# Fifteen digits bring every coordinate back as it was written.
_DIGITS = 15
Stamp = tuple[tuple[str, datetime], ...]


def import_area(session: Session, file: Path, *, code: str, rules: Rules, at: datetime) -> MultiPolygon:
    """Put a GeoJSON file's outline in place of the rules' area `code`, or of the whole service's.

    Raises Invalid for a file that is no area, a code the rules do not have, and an outline with which the
    rules' own examples fail.
    """
    _check_code(code, rules)
    shape = _read(file)
    failing = failing_examples(with_areas(rules, {code: shape}))
    if failing:
        lines = "; ".join(f"{one.report.category} for {one.unit}" for one in failing[:5])
        raise Invalid(
            f"With this outline {len(failing)} of the rules file's examples fail ({lines}): mend one of them."
        )
    multi = cast(
        func.ST_SetSRID(func.ST_GeomFromGeoJSON(orjson.dumps(shape.geojson()).decode()), 4326),
        Geometry("MULTIPOLYGON", 4326),
    )
    reason = session.scalar(select(func.ST_IsValidReason(multi)))
    if reason != "Valid Geometry":
        raise Invalid(f"{file} can not be used: its outline is not sound ({reason}); mend it in a map editor.")
    values = {"code": code, "shape": multi, "source": file.name[:200], "imported_at": at}
    session.execute(insert(ImportedArea).values(values).on_conflict_do_update(index_elements=["code"], set_=values))
    return shape


def forget_area(session: Session, code: str) -> None:
    """The rules file's own outline is in force again. Raises NotFound."""
    area = session.get(ImportedArea, code)
    if area is None:
        raise NotFound(f"No imported area is called {code}.")
    session.delete(area)


class AreaWatch:
    """Keeps a process's rules in step with the areas in the database."""

    def __init__(self) -> None:
        self._stamp: Stamp = ()

    def refresh(self, session: Session, rules_file: RulesFile) -> bool:
        """Take over what changed since the last look; whether anything did. A look costs one small query."""
        rows = session.execute(select(ImportedArea.code, ImportedArea.imported_at).order_by(ImportedArea.code))
        stamp: Stamp = tuple((code, at) for code, at in rows)
        if stamp == self._stamp:
            return False
        rules_file.draw_areas(imported_areas(session))
        self._stamp = stamp
        log.info("Areas from the database: %s", ", ".join(code for code, _ in stamp) or "none")
        return True


def imported_areas(session: Session) -> dict[str, MultiPolygon]:
    """Code -> outline of every imported area."""
    shapes = session.execute(select(ImportedArea.code, func.ST_AsGeoJSON(ImportedArea.shape, _DIGITS)))
    return {code: read_polygons(geojson.encode()) for code, geojson in shapes}


def _check_code(code: str, rules: Rules) -> None:
    if code != SERVICE and code not in rules.areas:
        known = ", ".join([SERVICE, *rules.areas])
        raise Invalid(f"The rules file has no area “{code}”; it has {known}.")


def _read(file: Path) -> MultiPolygon:
    try:
        return read_polygons(file.read_bytes())
    except OSError as error:
        raise Invalid(f"{file} can not be read ({error.strerror}); check its name and rights.") from error
    except PolygonError as error:
        raise Invalid(f"{file} can not be used: {error}") from error
