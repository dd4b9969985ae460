"""What is wrong with a rules file, as sentences that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from app.routing.sources import Source
from app.routing.texts import LANGUAGE_NAMES

if TYPE_CHECKING:
    from app.routing.rules import Rules


@dataclass(frozen=True, slots=True, order=True)
class RuleProblem:
    """One mistake. `line` counts from 1."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class RulesError(Exception):
    """The rules file can not be used. `problems` is every mistake, `sources` every file looked at.

    `rules` is there where only its examples do not hold: it can be asked, but must not come into force.
    """

    def __init__(
        self, problems: tuple[RuleProblem, ...], *, sources: tuple[Source, ...], sha256: str, rules: Rules | None = None
    ) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = list(problems)
        self.sources = sources
        self.sha256 = sha256
        self.rules = rules


def did_you_mean(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """The nearest known word, else the known ones (if they are few)."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    if near:
        return f"Did you mean “{near[0]}”?"
    if not known:
        return "None is defined yet."
    shown = ", ".join(list(known)[:12])
    return f"Known: {shown}{', …' if len(known) > 12 else ''}."


def sentence_for(error: Mapping[str, Any], *, model: type[BaseModel]) -> str:
    """pydantic's error, said for the person who edits the file."""
    key = str(error["loc"][-1]) if error["loc"] else ""
    values = error.get("ctx") or {}
    kind = str(error["type"])
    if kind == "extra_forbidden":
        return f"The key “{key}” is not known here. {did_you_mean(key, _keys_at(model, error['loc']))}"
    if kind in SENTENCES:
        return SENTENCES[kind].format(key=key, got=_shown(error.get("input")), **_said(values))
    return f"“{key}” is {_shown(error.get('input'))}; that does not fit here: {error['msg']}."


SENTENCES = {
    "missing": "The key “{key}” is missing; add it.",
    "literal_error": "{got} is not allowed for “{key}”; write {expected}.",
    "int_type": "“{key}” is {got}; write a whole number.",
    "int_from_float": "“{key}” is {got}; write a whole number.",
    "int_parsing": "“{key}” is {got}; write a whole number.",
    "float_type": "“{key}” is {got}; write a number.",
    "float_parsing": "“{key}” is {got}; write a number.",
    "bool_type": "“{key}” is {got}; write true or false.",
    "bool_parsing": "“{key}” is {got}; write true or false.",
    "string_type": "“{key}” is {got}; write a text.",
    "dict_type": "“{key}” is {got}; write keys with values, indented below it.",
    "model_type": "“{key}” is {got}; write keys with values, indented below it.",
    "model_attributes_type": "“{key}” is {got}; write keys with values, indented below it.",
    "tuple_type": "“{key}” is {got}; write a list in [brackets] or with dashes.",
    "too_short": "“{key}” is empty; write at least one, or leave the key out.",
    "string_too_short": "“{key}” is empty; write a text, or leave the key out.",
    "string_too_long": "“{key}” is longer than {max_length} characters; shorten it.",
    "string_pattern_mismatch": "{got} does not fit for “{key}”; {form}",
    "greater_than_equal": "“{key}” is {got}; write {ge} or more.",
    "greater_than": "“{key}” is {got}; write more than {gt}.",
    "less_than_equal": "“{key}” is {got}; write {le} or less.",
    "translation_missing": "“{key}” has no text in {languages}; add it.",
    "translation_unknown": "“{key}” has a text in {languages}, not one of the municipality's languages; "
    "remove it or add the language.",
    "options_missing": "A question of kind “{kind}” needs at least two options; add them under “options”.",
    "options_unwanted": "A question of kind “{kind}” has no options; remove them or make the kind “one”.",
    "codes_twice": "The code {codes} stands twice here; give each its own.",
    "timezone": "There is no time zone “{name}”; write one such as Europe/Oslo.",
    "country": "There is no holiday calendar for country “{name}”; write two capital letters, such as DE.",
    "region": "There is no holiday calendar for region “{name}”; remove “region” or correct it.",
    "channel_email": "The e-mail channel's address is {address}; write one such as unit@example.org.",
    "channel_webhook": "The webhook's address is {address}; write one that begins with https://.",
    "channel_inbox": "An inbox has no address; remove {address}.",
    "no_such_day": "There is no day {day}; write month and day, such as 10-31.",
    "dates_mixed": "“from” is {first} and “to” is {last}; write both with a year or both without one.",
    "dates_backwards": "“from” {first} lies after “to” {last}, so these days never come; swap or correct them.",
    "empty_hours": "The hours begin and end at {hour}, which is never; leave “hours” out for all day.",
    "no_condition": "There is no condition, so it takes every report; add one or make it the “fallback”.",
    "datetime_from_date_parsing": "{got} is no time; write one such as 2026-01-31T23:15.",
    "datetime_parsing": "{got} is no time; write one such as 2026-01-31T23:15.",
    "datetime_type": "{got} is no time; write one such as 2026-01-31T23:15.",
}
FORMS = {
    r"^[a-z][a-z0-9_]{0,39}$": "a code has small letters a-z, digits and _, and starts with a letter.",
    r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "write month and day, such as 10-31.",
    r"^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "write month and day, such as 10-31, or year, month and "
    "day, such as 2026-10-31.",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "write hours and minutes, such as 07:30.",
    r"^\+?[0-9][0-9 ()-]{1,24}$": "write a telephone number with digits and spaces.",
    r"^https://\S+$": "write an address that begins with https://.",
    r"^[A-Z]{2}$": "write two capital letters, such as DE.",
}


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in values.items() if key not in {"key", "got"}}
    if "pattern" in said:
        said["form"] = FORMS.get(str(said["pattern"]), f"it must match {said['pattern']}.")
    if "languages" in said:
        said["languages"] = ", ".join(LANGUAGE_NAMES.get(code, code) for code in str(said["languages"]).split(", "))
    return said


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a list of keys"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"“{str(value)[:60]}”"


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that are allowed where an unknown one stood: follows the models down the error's path."""
    here: type[BaseModel] | None = model
    for step in loc[:-1]:
        if here is not None and isinstance(step, str):
            info = next((f for n, f in here.model_fields.items() if step in {n, f.alias}), None)
            here = _model_in(info.annotation) if info else None
    return tuple(field.alias or name for name, field in here.model_fields.items()) if here else ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((model for model in found if model), None)
