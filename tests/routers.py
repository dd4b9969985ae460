"""A service of ways on a real socket: it answers as Valhalla and as OSRM do, as well or as badly as a test wants."""

from __future__ import annotations

import itertools
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import orjson

from app.planning.distance import Point, metres

WINDING, SPEED = 1.3, 10.0


class FakeRouter:
    """`trouble`: "500", "400", "slow", "garbage", "another shape", "too few", "negative"; `island`: no way leads there.

    `asked` are (path, body), `pairs` and `places` how much each question held, `off` metres from place to road.
    """

    def __init__(self) -> None:
        self.trouble = ""
        self.island: Point | None = None
        self.off: dict[int, float] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.pairs = [0]
        self.places = [0]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody listens any longer."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.socket.close()

    def answer(self, path: str, body: dict[str, Any]) -> Any:
        """What it says to a question."""
        if path == "/sources_to_targets":
            return self._valhalla_table(body)
        if path == "/route":
            return self._valhalla_route(body)
        kind, places = re.fullmatch(r"/(table|route)/v1/driving/(.*)", path).groups()
        points = [(float(lat), float(lon)) for lon, lat in (one.split(",") for one in places.split(";"))]
        self.places.append(len(points))
        return self._osrm_table(points, body) if kind == "table" else self._osrm_route(points)

    def _way(self, here: Point, there: Point) -> float | None:
        lost = self.island is not None and any(metres(one, self.island) < 1 for one in (here, there))
        return None if lost and metres(here, there) > 1 else WINDING * metres(here, there)

    def _rows(self, sources: list[Point], targets: list[Point]) -> list[list[float | None]]:
        self.pairs.append(len(sources) * len(targets))
        rows = [[self._way(here, there) for there in targets] for here in sources]
        return rows[:-1] if self.trouble == "too few" else rows

    def _sign(self) -> float:
        return -1.0 if self.trouble == "negative" else 1.0

    def _valhalla_table(self, body: dict[str, Any]) -> Any:
        sources, targets = ([(one["lat"], one["lon"]) for one in body[name]] for name in ("sources", "targets"))
        return {
            "units": "kilometers",
            "sources_to_targets": [
                [
                    {
                        "distance": way if way is None else round(way / 1000, 3),
                        "time": way if way is None else self._sign() * round(way / SPEED),
                        "from_index": i,
                        "to_index": j,
                    }
                    for j, way in enumerate(row)
                ]
                for i, row in enumerate(self._rows(sources, targets))
            ],
        }

    def _valhalla_route(self, body: dict[str, Any]) -> Any:
        points = [(one["lat"], one["lon"]) for one in body["locations"]]
        self.places.append(len(points))
        legs = [{"shape": encoded([here, _between(here, there), there])} for here, there in itertools.pairwise(points)]
        return {"trip": {"legs": legs, "status": 0, "units": "kilometers"}}

    def _osrm_table(self, points: list[Point], query: dict[str, Any]) -> Any:
        sources, targets = ([int(i) for i in query[name].split(";")] for name in ("sources", "destinations"))
        rows = self._rows([points[i] for i in sources], [points[j] for j in targets])
        return {
            "code": "Ok",
            "distances": rows,
            "durations": [[way if way is None else self._sign() * way / SPEED for way in row] for row in rows],
            "sources": [{"distance": self.off.get(i, 3.5), "location": points[i][::-1], "name": ""} for i in sources],
        }

    def _osrm_route(self, points: list[Point]) -> Any:
        legs = [
            {"steps": [_step(here, _between(here, there)), _step(_between(here, there), there), _step(there, there)]}
            for here, there in itertools.pairwise(points)
        ]
        return {"code": "Ok", "routes": [{"legs": legs}], "waypoints": []}


def _step(here: Point, there: Point) -> dict[str, Any]:
    return {"geometry": {"type": "LineString", "coordinates": [here[::-1], there[::-1]]}, "mode": "driving"}


def _between(here: Point, there: Point) -> Point:
    return (here[0] + there[0]) / 2, (here[1] + there[1]) / 2


def encoded(line: list[Point]) -> str:
    """Google's encoded polyline with six decimals, as Valhalla writes it."""
    out, before = "", (0, 0)
    for point in line:
        now = (round(point[0] * 1e6), round(point[1] * 1e6))
        for number in (now[0] - before[0], now[1] - before[1]):
            rest = ~(number << 1) if number < 0 else number << 1
            while rest >= 32:
                out += chr((32 | rest & 31) + 63)
                rest >>= 5
            out += chr(rest + 63)
        before = now
    return out


def _handler(router: FakeRouter) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            self._say(split.path, {name: values[0] for name, values in parse_qs(split.query).items()})

        def do_POST(self) -> None:
            self._say(self.path, orjson.loads(self.rfile.read(int(self.headers["content-length"]))))

        def _say(self, path: str, body: dict[str, Any]) -> None:
            router.asked.append((path, body))
            answer = orjson.dumps(router.answer(path, body))
            if router.trouble == "slow":
                time.sleep(2)
            if router.trouble == "garbage":
                answer = b"<!doctype html><title>Bad gateway</title>"
            if router.trouble == "another shape":
                answer = b'{"code": "Ok", "durations": "none", "sources_to_targets": 3, "trip": []}'
            self.send_response(int(router.trouble) if router.trouble.isdecimal() else 200)
            self.end_headers()
            try:
                self.wfile.write(answer)
            except OSError:
                return  # Whoever asked did not wait.

        def log_message(self, *_: object) -> None:
            """Silent."""

    return Handler
