"""Registers that answer, hang, drip, break and lie: the caller waits two seconds at most and gets a typed outcome."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, FiniteFloat, TypeAdapter

from app.lookup.asking import AT_ONCE, REST_SECONDS, Register, RegisterDown
from app.settings import Settings
from tests.registers import HTML, FakeRegister

if TYPE_CHECKING:
    from collections.abc import Callable


class Spot(BaseModel):
    lat: FiniteFloat


SPOTS = TypeAdapter(list[Spot])


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def fake(make_register: Callable[[], FakeRegister]) -> FakeRegister:
    return make_register()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def register(fake: FakeRegister, watch: Watch) -> Register:
    return Register("spots", fake.url, clock=watch)


def why(register: Register, path: str = "/spots") -> str:
    """The reason why it gave nothing."""
    with pytest.raises(RegisterDown) as caught:
        register.ask(path, {"q": "Storgata 5"}, SPOTS)
    return caught.value.why


def test_an_answer_of_the_agreed_shape_comes_back_parsed(fake: FakeRegister, register: Register) -> None:
    fake.answers["/spots"] = [{"lat": 69.65, "more": "is left out"}]
    assert register.ask("/spots", {"q": "Storgata 5 æ&b"}, SPOTS, headers={"x-client": "gatami"}) == [Spot(lat=69.65)]
    assert fake.asked == [("/spots", {"q": "Storgata 5 æ&b"})]
    assert fake.headers[0]["x-client"] == "gatami"


@pytest.mark.parametrize(
    "body",
    [
        HTML,
        b"",
        b"[",
        b"{}",
        b"null",
        b'[{"lat": NaN}]',
        b'[{"lat": 1e999}]',
        b'[{"lat": "north"}]',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=["html", "nothing", "cut off", "wrong type", "null", "nan", "infinite", "word", "no text", "deep"],
)
def test_nonsense_is_called_nonsense(fake: FakeRegister, register: Register, body: bytes) -> None:
    fake.answers["/spots"] = body
    assert why(register) == "nonsense"


def test_each_failure_has_its_name(fake: FakeRegister, register: Register) -> None:
    assert why(register, "/not-there") == "refused"
    fake.answers["/spots"] = []
    fake.status = 400
    assert why(register) == "refused"
    fake.status = 500
    assert why(register) == "nonsense"
    assert why(Register("nowhere", "http://127.0.0.1:9")) == "unreachable"
    assert why(Register("not set up", "")) == "off"


def test_a_404_can_stand_for_an_empty_answer(register: Register) -> None:
    assert register.ask("/nothing-near", {}, SPOTS, when_404=b"[]") == []


@pytest.mark.parametrize("drip", [False, True], ids=["hangs", "drips"])
def test_two_seconds_are_all_that_anybody_waits(fake: FakeRegister, register: Register, drip: bool) -> None:
    fake.answers["/spots"] = b"[]" + b" " * 30
    fake.drip, fake.delay = drip, 0.0 if drip else 6.0
    began = time.monotonic()
    assert why(register) == "late"
    # Not a measure of speed: without the limit it would be six seconds and more.
    assert 1.9 < time.monotonic() - began < 5.5


def test_a_register_that_drips_for_minutes_is_let_go_and_can_be_asked_again(fake: FakeRegister, watch: Watch) -> None:
    fake.answers["/spots"], fake.drip = b"[" + b" " * 400 + b"]", True
    register = Register("spots", fake.url, seconds=0.5, clock=watch)
    for question in [register.begin("/spots", {}, SPOTS) for _ in range(AT_ONCE)]:
        with pytest.raises(RegisterDown):
            question.wait()
    fake.drip = False
    assert answered_within(20, register, watch)


def answered_within(seconds: float, register: Register, watch: Watch) -> bool:
    """Whether there is room for a question again before the dripping itself would be over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        watch.now += REST_SECONDS + 1
        try:
            return register.ask("/spots", {}, SPOTS) == []
        except RegisterDown:
            time.sleep(0.2)
    return False


def test_two_questions_at_once_wait_together(fake: FakeRegister, make_register: Callable[[], FakeRegister]) -> None:
    fake.answers["/spots"] = []
    fake.delay = 3.0
    both = [Register(name, fake.url, seconds=30) for name in ("one", "two")]
    began = time.monotonic()
    questions = [register.begin("/spots", {}, SPOTS) for register in both]
    assert [question.wait() for question in questions] == [[], []]
    assert time.monotonic() - began < 5.8


def test_after_three_failures_it_rests_for_a_minute_and_then_one_question_tries(
    fake: FakeRegister, register: Register, watch: Watch
) -> None:
    fake.answers["/spots"] = HTML
    assert [why(register) for _ in range(5)] == ["nonsense"] * 3 + ["resting"] * 2
    assert len(fake.asked) == 3
    watch.now += REST_SECONDS + 1
    assert [why(register), why(register)] == ["nonsense", "resting"]
    watch.now += REST_SECONDS + 1
    fake.answers["/spots"] = []
    for _ in range(2):
        assert register.ask("/spots", {}, SPOTS) == []


def test_a_question_that_the_register_refuses_does_not_silence_it(fake: FakeRegister, register: Register) -> None:
    fake.answers["/spots"] = []
    fake.status = 400
    assert {why(register) for _ in range(5)} == {"refused"}
    fake.status = 200
    assert register.ask("/spots", {}, SPOTS) == []


def test_one_success_forgets_the_failures_before(fake: FakeRegister, register: Register) -> None:
    for _ in range(3):
        fake.answers["/spots"] = HTML
        assert [why(register), why(register)] == ["nonsense"] * 2
        fake.answers["/spots"] = []
        assert register.ask("/spots", {}, SPOTS) == []


def test_a_register_that_hangs_takes_no_more_than_its_threads(fake: FakeRegister, register: Register) -> None:
    fake.answers["/spots"] = []
    fake.delay = 1.0
    register.seconds = 30
    questions = [register.begin("/spots", {}, SPOTS) for _ in range(AT_ONCE + 2)]
    with pytest.raises(RegisterDown) as caught:
        questions[-1].wait()
    assert caught.value.why == "busy"
    for question in questions[:AT_ONCE]:
        assert question.wait() == []


def test_what_was_asked_is_in_no_log(fake: FakeRegister, register: Register, caplog: pytest.LogCaptureFixture) -> None:
    fake.answers["/spots"] = HTML
    with caplog.at_level("DEBUG"):
        why(register)
    assert "Register spots: nonsense" in caplog.text
    assert "Storgata" not in caplog.text


def test_no_test_asks_the_real_registers() -> None:
    settings = Settings(_env_file=None)
    assert not any((settings.address_register, settings.name_register, settings.road_register))
