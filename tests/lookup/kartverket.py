"""Answers in the shape that Kartverket's registers give; every value is made up."""

from __future__ import annotations

from typing import Any


def address(text: str = "Prøvegata 5C", lat: Any = 69.65, lon: Any = 18.95, **more: Any) -> dict[str, Any]:
    """One of `adresser`."""
    return {
        "adressenavn": text.rpartition(" ")[0], "adressetekst": text, "adressetilleggsnavn": None, "adressekode": 1,
        "nummer": 5, "bokstav": "C", "kommunenummer": "5501", "kommunenavn": "TROMSØ", "gardsnummer": 1,
        "bruksnummer": 2, "festenummer": 0, "undernummer": None, "bruksenhetsnummer": [], "objtype": "Vegadresse",
        "poststed": "TROMSØ", "postnummer": "9008", "adressetekstutenadressetilleggsnavn": text,
        "stedfestingverifisert": True, "representasjonspunkt": {"epsg": "EPSG:4258", "lat": lat, "lon": lon},
        "oppdateringsdato": "2024-01-01T00:00:00", **more,
    }  # fmt: skip


def addresses(*found: dict[str, Any]) -> dict[str, Any]:
    """An answer of `sok` or `punktsok`."""
    metadata = {"asciiKompatibel": True, "side": 0, "totaltAntallTreff": len(found), "treffPerSide": 10}
    return {"metadata": metadata, "adresser": list(found)}


def name(spelling: str = "Prøvvika", lat: Any = 69.6, lon: Any = 18.9, **more: Any) -> dict[str, Any]:
    """One of `navn`."""
    return {
        "skrivemåte": spelling, "skrivemåtestatus": "godkjent og prioritert", "navnestatus": "hovednavn",
        "navneobjekttype": "Vik", "språk": "Nordsamisk", "stedsnummer": 1, "stedstatus": "aktiv",
        "representasjonspunkt": {"koordsys": 4258, "nord": lat, "øst": lon},
        "fylker": [], "kommuner": [{"kommunenavn": "Tromsø", "kommunenummer": "5501"}], **more,
    }  # fmt: skip


def names(*found: dict[str, Any]) -> dict[str, Any]:
    """An answer of `navn`."""
    return {"metadata": {"totaltAntallTreff": len(found)}, "navn": list(found)}
