"""The road register: whose road is nearest. NVDB's position search, version 4 (Statens vegvesen, NLOD).

What it says is the road's own category: E and R are the state's, F the county's, K the municipality's, P and S private
(veglova section 9). A walkway has a category of its own there, so the nearest counts, whoever may drive on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field, TypeAdapter

from app.lookup.asking import Question, Register

METRES = 30
# The nearest may be one that is only planned.
MOST = 10
# A road that is there; A is being built, P planned, F drawn only to try something.
EXISTING = "V"
OWNERS = {"E": "state", "R": "state", "F": "county", "K": "municipality", "P": "private", "S": "private"}
REF_LENGTH = 40


class _System(BaseModel):
    vegkategori: str | None = None
    fase: str | None = None
    nummer: int | None = None


class _Reference(BaseModel):
    vegsystem: _System | None = None
    kortform: str | None = None


class _Position(BaseModel):
    vegsystemreferanse: _Reference | None = None
    avstand: float | None = Field(None, ge=0, allow_inf_nan=False)


_ANSWER = TypeAdapter(list[_Position])


@dataclass(frozen=True, slots=True)
class RoadFound:
    """The nearest existing road: whose, its reference as NVDB writes it (`FV862 S1D1 m687`), how far in metres."""

    owner: str
    ref: str | None
    metres: float | None


@dataclass(frozen=True, slots=True)
class RoadQuestion:
    """A question on its way."""

    question: Question[list[_Position]]

    def wait(self) -> RoadFound | None:
        """The road; None: there is none within 30 m, which is a fact. Raises RegisterDown."""
        return _nearest(self.question.wait())


def begin_road(register: Register, *, lat: float, lon: float) -> RoadQuestion:
    """Ask for the road nearest to a place, degrees WGS84, without waiting for the answer."""
    params = {"lat": lat, "lon": lon, "maks_avstand": METRES, "maks_antall": MOST, "srid": 4326}
    # NVDB asks those who ask it to say who they are; 404 is its word for "nothing near".
    return RoadQuestion(
        register.begin("/posisjon", params, _ANSWER, headers={"X-Client": "GataMi"}, when_404=b"[]"),
    )


def _nearest(positions: list[_Position]) -> RoadFound | None:
    """The register sorts them, nearest first; one without a distance is where it stands in that order."""
    for position in positions:
        reference = position.vegsystemreferanse
        system = reference.vegsystem if reference else None
        if reference is None or system is None or system.fase != EXISTING:
            continue
        if position.avstand is not None and position.avstand > METRES:
            continue
        owner = OWNERS.get(system.vegkategori or "", "unknown")
        return RoadFound(owner=owner, ref=_ref(reference, system), metres=position.avstand)
    return None


def _ref(reference: _Reference, system: _System) -> str | None:
    """What the register calls the place on the road, as far as it fits; else the road alone."""
    words = " ".join((reference.kortform or "").split())
    if words and words.isprintable():
        return words if len(words) <= REF_LENGTH else words[: REF_LENGTH + 1].rpartition(" ")[0] or words[:REF_LENGTH]
    if system.vegkategori in OWNERS and system.nummer is not None:
        return f"{system.vegkategori}{EXISTING}{system.nummer}"[:REF_LENGTH]
    return None
