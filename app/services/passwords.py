"""Which passwords staff may choose: long, not among the first that everybody tries, not their own address."""

from __future__ import annotations

import re

from app.errors import N_, Invalid

SHORTEST = 12
LONGEST = 200
FEWEST_LETTERS = 5

# Only what is long enough needs to stand here, without the digits and signs that people put at the end.
COMMON = frozenset({
    "adminadminadmin", "administrator", "barcelonabarcelona", "changemechangeme", "correcthorsebatterystaple",
    "dragondragon", "fotballfotball", "footballfootball", "gatamigatami", "godmorgennorge", "heisannheisann",
    "hemmelighemmelig", "iloveyouiloveyou", "jegelskerdeg", "kommunekommune", "letmeinletmein", "liverpoolliverpool",
    "manchesterunited", "monkeymonkey", "norgenorge", "passordpassord", "passwordpassword", "princessprincess",
    "qwertyqwerty", "qwertyuiop", "qwertyuiopasdf", "qwertyuiopå", "servicetorget", "sommersommer", "sunshinesunshine",
    "superhemmelig", "tromsokommune", "tromsotromso", "tromsøkommune", "tromsøtromsø", "velkommenvelkommen",
    "welcomewelcome", "vintervinter",
})  # fmt: skip
# With digits and signs around them these are in every list.
WORDS = frozenset({
    "admin", "changeme", "gatami", "hemmelig", "høst", "iloveyou", "kommune", "letmein", "norge", "passord", "password",
    "qwerty", "sommer", "test", "troms", "tromso", "tromsø", "velkommen", "vinter", "vår", "welcome",
})  # fmt: skip
RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyzæøå", "qwertyuiopåasdfghjkløæzxcvbnm")


def check(password: str, *, email: str) -> None:
    """Raises Invalid with a sentence that says what to choose instead."""
    sentence = _wrong(password, email=email.casefold())
    if sentence:
        raise Invalid(sentence, fields={"password": sentence})


def _wrong(password: str, *, email: str) -> str | None:
    plain = password.casefold()
    if len(password) < SHORTEST:
        return N_("The password is too short. Use at least 12 characters, for example four words in a row.")
    if len(password) > LONGEST:
        return N_("The password is too long. Use at most 200 characters.")
    if _holds_address(plain, email):
        return N_("Your e-mail address must not be a part of the password.")
    if _is_common(plain):
        return N_("This password is easy to guess. Choose for example four words that do not belong together.")
    return None


def _holds_address(plain: str, email: str) -> bool:
    user = email.partition("@")[0]
    return email in plain or (len(user) >= 3 and user in plain)


def _is_common(plain: str) -> bool:
    letters = re.sub(r"[\W\d_]", "", plain)
    inner = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    runs = any(plain in run * 2 or plain in (run * 2)[::-1] for run in RUNS)
    return bool({inner, letters} & (COMMON | WORDS)) or len(set(plain)) < FEWEST_LETTERS or runs
