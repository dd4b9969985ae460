"""What a unit is told about a report: plain data, so that channels know neither database nor clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime


ParcelKind = Literal["forward", "call_back", "addition", "corrected", "reopened", "gone"]


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who reported; only ever in a parcel to one of our own units."""

    name: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A photo as JPEG bytes."""

    name: str
    jpeg: bytes


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the reporter wrote after the report itself."""

    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One report for one unit, or what its reporter did since (`kind`). Degrees WGS84; times with zone.

    `message_id` is the same in every attempt. `lamp` is the number on the mast, `lamp_ref` the lamp's name in the
    register it came from. Owners are state, county, municipality, private or unknown; that of the lamp and that of the
    road are two facts. `others` have reported the same. `told` is what the reporter has added so far, or, after the
    first parcel, just now; `by_mistake`: the report was withdrawn, and is not merely gone.
    """

    kind: ParcelKind
    message_id: str
    to: str | None
    language: str
    at: datetime

    municipality: str
    unit: str
    outside: bool
    for_information: bool
    reference: str
    category_code: str
    category: str
    reported_at: datetime
    due_at: datetime | None
    lat: float | None
    lon: float | None
    address: str | None
    nearest_address: str | None
    lamp: str | None
    others: int
    lamp_ref: str | None
    lamp_owner: str
    road_ref: str | None
    road_owner: str
    description: str | None
    answers: tuple[tuple[str, str], ...]
    words: str | None
    contact: Contact | None
    pictures: tuple[Picture, ...]
    pictures_left_out: int
    map_url: str | None
    page_url: str | None
    told: tuple[Told, ...] = ()
    by_mistake: bool = False
