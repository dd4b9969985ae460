"""Links that open a navigation app for one place."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class Links:
    """The same place for whichever app the phone has; `geo` lets an Android phone ask."""

    geo: str
    google: str
    apple: str


def navigate_to(*, lat: float, lon: float, label: str = "") -> Links:
    """Links to drive to a point in WGS84 degrees. The label is shown by apps that open `geo:` links.

    A label leaves the phone for the app's maker, so it must not be about a person.
    """
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"Not a place on earth: {lat}, {lon}.")
    place = f"{lat:.6f},{lon:.6f}"
    marked = f"{place}({label})" if label else place
    return Links(
        geo=f"geo:{place}?{urlencode({'q': marked}, safe=',()', quote_via=quote)}",
        google="https://www.google.com/maps/dir/?"
        + urlencode({"api": 1, "destination": place, "travelmode": "driving"}, safe=","),
        apple="https://maps.apple.com/?" + urlencode({"daddr": place, "dirflg": "d"}, safe=","),
    )
