"""The webhook against a real web server."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from app.delivery import Contact, DeliveryFailed, Parcel, make_channels
from app.delivery.webhook import Webhook, signing_key
from tests.application import SECRET
from tests.mail import free_port

NOON = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)


class Receiver(BaseHTTPRequestHandler):
    """A unit's own system."""

    answer = 200
    got: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(type(self).answer)
        if 300 <= type(self).answer < 400:
            self.send_header("Location", "http://127.0.0.1/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.got, Receiver.answer = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/reports"
    server.shutdown()
    thread.join()
    server.server_close()


def parcel(url, **given):
    values = {
        "kind": "forward",
        "message_id": "abc@gatami",
        "to": url,
        "language": "nb",
        "at": NOON,
        "municipality": "Tromsø",
        "unit": "Bydrift",
        "outside": False,
        "for_information": False,
        "reference": "2026-000001-8",
        "category_code": "lamp_dark",
        "category": "Mørk lampe",
        "reported_at": NOON,
        "due_at": None,
        "lat": 69.65,
        "lon": 18.95,
        "address": None,
        "nearest_address": "Storgata 5",
        "lamp": "101",
        "others": 2,
        "lamp_ref": "nvdb.101",
        "lamp_owner": "municipality",
        "road_ref": "FV9862 S1D1 m687",
        "road_owner": "county",
        "description": "mørkt",
        "answers": (("Hvor lenge?", "En uke"),),
        "words": None,
        "contact": Contact(name="Nina", email=None, phone=None),
        "pictures": (),
        "pictures_left_out": 0,
        "map_url": None,
        "page_url": "http://testserver/staff/reports/x",
    }
    return Parcel(**{**values, **given})


@pytest.fixture
def webhook() -> Webhook:
    return Webhook(secret=SECRET, timeout=2.0)


def test_the_receiver_gets_the_report_signed_and_with_the_same_key_every_time(receiver, webhook):
    webhook.send(parcel(receiver))
    webhook.send(parcel(receiver))
    (headers, body), (again, _) = Receiver.got
    key = signing_key(SECRET, receiver)
    wanted = hmac.new(key.encode(), headers["x-gatami-timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["x-gatami-signature"] == f"sha256={wanted}"
    assert headers["idempotency-key"] == again["idempotency-key"] == "abc@gatami"
    assert orjson.loads(body)["category"] == {"code": "lamp_dark", "name": "Mørk lampe"}
    assert orjson.loads(body)["reporter"]["name"] == "Nina"


def test_lamp_road_and_both_owners_go_along(receiver, webhook):
    webhook.send(parcel(receiver))
    webhook.send(parcel(receiver, lamp=None, lamp_ref=None, lamp_owner="unknown", road_ref=None, road_owner="unknown"))
    known, unknown = (orjson.loads(body) for _, body in Receiver.got)
    names = ("nearest_address", "lamp", "lamp_ref", "lamp_owner", "road_ref", "road_owner")
    assert [known[name] for name in names] == [
        "Storgata 5", "101", "nvdb.101", "municipality", "FV9862 S1D1 m687", "county",
    ]  # fmt: skip
    assert [unknown[name] for name in names] == ["Storgata 5", None, None, None, None, None]


def test_an_outside_unit_s_system_gets_no_contact_data(receiver, webhook):
    webhook.send(parcel(receiver, outside=True, contact=None))
    assert orjson.loads(Receiver.got[0][1])["reporter"] is None


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(500, False), (503, False), (429, False), (408, False), (400, True), (404, True), (401, True), (301, True)],
)
def test_what_the_answer_means(receiver, webhook, status, permanent):
    Receiver.answer = status
    with pytest.raises(DeliveryFailed) as failed:
        webhook.send(parcel(receiver))
    assert failed.value.permanent is permanent
    assert len(Receiver.got) == 1


def test_a_system_that_is_down_is_tried_again(webhook):
    with pytest.raises(DeliveryFailed) as failed:
        webhook.send(parcel(f"http://127.0.0.1:{free_port()}/"))
    assert not failed.value.permanent


def test_the_key_for_one_address_tells_nothing_of_another():
    assert signing_key(SECRET, "https://a.example") != signing_key(SECRET, "https://b.example")
    assert SECRET.decode() not in signing_key(SECRET, "https://a.example")


def test_every_kind_of_channel_in_the_rules_file_can_be_sent_by(settings):
    from typing import get_args

    from app.routing import Channel

    kinds = get_args(Channel.model_fields["kind"].annotation)
    assert set(make_channels(settings, secret=SECRET)) == set(kinds)
