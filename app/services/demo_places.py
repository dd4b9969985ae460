"""Where the demo happens: a few streets of Tromsø with lamps, and places with a name. Drawn by hand, coarsely."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from random import Random

Point = tuple[float, float]
METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Street:
    """A line of (lat, lon) in degrees WGS84, with `lamps` lamps along it and whose they and the road are."""

    name: str
    feeder: int
    line: tuple[Point, ...]
    lamps: int
    road_owner: str = "municipality"
    lamp_owner: str = "municipality"
    road_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp to be. Its number is the feeder's and its own, as on the mast's plate."""

    number: str
    lat: float
    lon: float
    street: Street
    house: int


STREETS = (
    Street("Storgata", 11, ((69.6450, 18.9497), (69.6468, 18.9523), (69.6487, 18.9549), (69.6505, 18.9577),
                            (69.6522, 18.9603), (69.6540, 18.9622)), 30),
    Street("Sjøgata", 12, ((69.6478, 18.9566), (69.6494, 18.9589), (69.6512, 18.9613)), 14),
    Street("Grønnegata", 13, ((69.6462, 18.9490), (69.6480, 18.9513), (69.6498, 18.9536), (69.6514, 18.9560),
                              (69.6528, 18.9580)), 22),
    Street("Skippergata", 14, ((69.6532, 18.9571), (69.6541, 18.9596), (69.6548, 18.9617)), 8),
    Street("Dramsvegen", 21, ((69.6545, 18.9530), (69.6600, 18.9560), (69.6660, 18.9610)), 26),
    Street("Stakkevollvegen", 22, ((69.6600, 18.9665), (69.6650, 18.9715), (69.6700, 18.9760), (69.6745, 18.9830),
                                   (69.6790, 18.9895)), 34, "county", road_ref="FV59"),
    Street("Mellomvegen", 23, ((69.6330, 18.9190), (69.6370, 18.9270), (69.6420, 18.9370)), 18),
    Street("Langnesvegen", 24, ((69.6722, 18.9330), (69.6752, 18.9285), (69.6790, 18.9260)), 12, "county",
           road_ref="FV862"),
    Street("Tromsøbrua", 31, ((69.6520, 18.9695), (69.6503, 18.9775), (69.6486, 18.9855)), 18, "county", "county",
           "FV862"),
    Street("Turistvegen", 32, ((69.6478, 18.9905), (69.6455, 18.9955), (69.6430, 19.0010)), 14),
    Street("Tromsdalsvegen", 33, ((69.6470, 18.9935), (69.6440, 19.0060), (69.6405, 19.0200)), 18),
    Street("Lunheimvegen", 41, ((69.6780, 19.0560), (69.6800, 19.0640), (69.6822, 19.0720)), 18),
    Street("Krokvegen", 42, ((69.6825, 19.0740), (69.6850, 19.0820), (69.6868, 19.0900)), 12, "municipality"),
    Street("Straumsvegen", 51, ((69.6905, 18.8700), (69.6850, 18.8610), (69.6790, 18.8560)), 16, "county", "county",
           "FV862"),
    Street("Selnesvegen", 52, ((69.6925, 18.8675), (69.6958, 18.8625), (69.6990, 18.8590)), 12),
)  # fmt: skip

PLACES: dict[str, tuple[float, float, str]] = {
    "bakkeskole": (69.6541, 18.9440, "Skolen på Gyllenborg"),
    "krokskole": (69.6807, 19.0760, "Skolen i Kroken"),
    "sletteskole": (69.6982, 18.8620, "Skolen på Kvaløysletta"),
    "dalskole": (69.6446, 19.0030, "Skolen i Tromsdalen"),
    "barnehage": (69.6391, 18.9300, "Barnehagen ved Mellomvegen"),
    "radhus": (69.6497, 18.9546, "Rådhuset"),
    "bibliotek": (69.6492, 18.9531, "Biblioteket, Grønnegata"),
    "idrettshall": (69.6602, 18.9463, "Idrettshallen ved Prestvannet"),
    "prestvann": (69.6585, 18.9362, "Prestvannet, stien rundt"),
    "park": (69.6509, 18.9512, "Parken ved kinoen"),
    "charlotte": (69.6655, 18.9385, "Charlottenlund, lekeplassen"),
    "bukta": (69.6345, 18.9108, "Telegrafbukta"),
    "lysloype": (69.6640, 18.9445, "Lysløypa, ved Tromsømarka"),
    "bane": (69.6468, 18.9408, "Grusbanen på Gimle"),
    "unn": (69.6815, 18.9802, "Busstoppet ved sykehuset"),
    "universitet": (69.6799, 18.9705, "Busstoppet ved universitetet"),
    "bro_vest": (69.6524, 18.9676, "Brua, på bysida"),
    "katedral": (69.6481, 18.9882, "Busstoppet ved Ishavskatedralen"),
    "kai": (69.6473, 18.9582, "Prostneset, kaia"),
    "skansen": (69.6523, 18.9634, "Skansen"),
    "torg": (69.6488, 18.9571, "Torget"),
    "trapp": (69.6536, 18.9512, "Trappa opp til Skolegata"),
    "undergang": (69.6716, 18.9733, "Undergangen i Breivika"),
    "retur_kroken": (69.6811, 19.0668, "Returpunktet i Kroken"),
    "retur_sentrum": (69.6470, 18.9469, "Returpunktet i Strandskillet"),
    "heia": (69.6611, 18.9497, "Parkeringsplassen på heia"),
    "slettatorg": (69.6917, 18.8689, "Slettatorget"),
    "eidkjosen": (69.6701, 18.8302, "Eidkjosen, krysset"),
    "ersfjord": (69.6945, 18.6335, "Ersfjordbotn, snuplassen"),
}


def lamps() -> list[Lamp]:
    """Every lamp, on alternate sides of its street."""
    random = Random(5401)  # noqa: S311 - it sets up lamps, it keeps no secret.
    return [lamp for street in STREETS for lamp in _along(street, random)]


def _along(street: Street, random: Random) -> list[Lamp]:
    found = []
    for number in range(street.lamps):
        lat, lon = point_on(street.line, (number + 0.5) / street.lamps)
        side = 4.5 if number % 2 else -4.5
        lat += random.uniform(-1.5, 1.5) / METRES_PER_DEGREE
        lon += (side + random.uniform(-1, 1)) / (METRES_PER_DEGREE * cos(radians(lat)))
        found.append(Lamp(f"{street.feeder}-{number + 1:03}", round(lat, 6), round(lon, 6), street, 2 * number + 1))
    return found


def point_on(line: tuple[Point, ...], share: float) -> Point:
    """The point at this share (0 to 1) of the line's length, near enough for a street."""
    legs = [(a, b, _length(a, b)) for a, b in pairwise(line)]
    left = share * sum(length for _, _, length in legs)
    for (lat1, lon1), (lat2, lon2), length in legs:
        if left <= length:
            part = left / length
            return lat1 + part * (lat2 - lat1), lon1 + part * (lon2 - lon1)
        left -= length
    return line[-1]


def _length(a: Point, b: Point) -> float:
    return hypot(a[0] - b[0], (a[1] - b[1]) * cos(radians(a[0])))
