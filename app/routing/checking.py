"""What no single entry can know of itself: codes that must exist, rules above rules, the examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from app.routing.catalogue import Category
from app.routing.problems import did_you_mean
from app.routing.proposing import propose_unit
from app.routing.rules import Example, Facts, Rule, Rules
from app.routing.shadowing import shadowed_by
from app.routing.yaml_lines import Path as Place

if TYPE_CHECKING:
    from app.routing.loading import Draft

# The key in `when`, the section its codes come from, and what one of them is called.
CODE_CONDITIONS = (
    ("category", "categories", "category"),
    ("group", "groups", "group"),
    ("area", "areas", "area"),
)


def expanded_categories(rule: Rule, categories: Mapping[str, Category]) -> frozenset[str] | None:
    """The categories a rule can match, its groups written out; None where it asks for neither."""
    if rule.when.category is None and rule.when.group is None:
        return None
    named = set(rule.when.category if rule.when.category is not None else categories)
    if rule.when.group is not None:
        named = {code for code in named if code in categories and categories[code].group in rule.when.group}
    return frozenset(named)


def check_references(draft: Draft) -> None:
    """Every code that is used must be defined, and every definition must be of use."""
    for code, category in draft.categories.items():
        _known(draft, "groups", category.group, ("categories", code, "group"), what="group")
        _synonyms(draft, category)
        for number, other in enumerate(category.similar_to):
            _known(draft, "categories", other, ("categories", code, "similar_to", number), what="category")
    _empty_groups(draft)
    _one_desk(draft)
    if draft.fallback:
        _known(draft, "units", draft.fallback.unit, ("fallback", "unit"), what="unit")
    for number, rule in draft.rules.items():
        _rule(draft, rule, ("rules", number))
    _names_once(draft)
    for number, example in draft.examples.items():
        _example(draft, example, ("examples", number))


def _known(draft: Draft, section: str, code: str, place: Place, *, what: str) -> None:
    written = draft.written(section)
    if code not in written:
        draft.problem(place, f"There is no {what} “{code}”. {did_you_mean(code, written)}")


def _synonyms(draft: Draft, category: Category) -> None:
    languages = draft.municipality.languages if draft.municipality else ()
    for language in category.synonyms:
        if languages and language not in languages:
            place = ("categories", category.code, "synonyms", language)
            draft.problem(
                place,
                f"“{language}” is not among the municipality's languages; {', '.join(languages)} are.",
            )


def _empty_groups(draft: Draft) -> None:
    used = {str(c.get("group")) for c in draft.written("categories").values() if isinstance(c, dict)}
    for code in draft.groups:
        if code not in used:
            draft.problem(
                ("groups", code),
                f"The group “{code}” has no category; add one or remove the group.",
            )


def _one_desk(draft: Draft) -> None:
    """What belongs to the desk stays in one queue, and its people are the municipality's own."""
    desks = [unit.code for unit in draft.units.values() if unit.desk]
    for code in desks[1:]:
        sentence = f"“{desks[0]}” is the service desk already; remove “desk” from one of the two."
        draft.problem(("units", code, "desk"), sentence)
    for code in desks:
        if draft.units[code].outside:
            sentence = "The service desk can not be outside the municipality; remove “desk” or “outside”."
            draft.problem(("units", code, "desk"), sentence)


def _rule(draft: Draft, rule: Rule, place: Place) -> None:
    _known(draft, "units", rule.unit, (*place, "unit"), what="unit")
    for key, section, what in CODE_CONDITIONS:
        for number, code in enumerate(getattr(rule.when, key) or ()):
            _known(draft, section, code, (*place, "when", key, number), what=what)
    categories = expanded_categories(rule, draft.categories)
    if categories is not None and not categories and rule.when.category is not None:
        sentence = "No category here belongs to the groups beside it, so this never matches; name one or the other."
        draft.problem((*place, "when"), sentence)
    _answers(draft, rule, place)


def _answers(draft: Draft, rule: Rule, place: Place) -> None:
    codes = expanded_categories(rule, draft.categories)
    categories = [c for code, c in draft.categories.items() if codes is None or code in codes]
    for question, values in (rule.when.answers or {}).items():
        asked = [found for category in categories if (found := category.question(question))]
        if not asked and categories:
            known = tuple(q.code for category in categories for q in category.questions)
            sentence = f"No category of this rule asks the question “{question}”. {did_you_mean(question, known)}"
            draft.problem((*place, "when", "answers", question), sentence)
        options = [option.code for found in asked for option in found.options]
        for value in values:
            if options and value not in options:
                sentence = f"“{question}” has no option “{value}”. {did_you_mean(value, tuple(options))}"
                draft.problem((*place, "when", "answers", question), sentence)


def _names_once(draft: Draft) -> None:
    """Corrections by the desk are counted by the rule's name, so two rules may not share one."""
    first: dict[str, int] = {}
    for number, rule in draft.rules.items():
        if rule.name in first:
            line = draft.document.line(("rules", first[rule.name], "name"))
            draft.problem(("rules", number, "name"), f"The rule on line {line} has the same name; give each its own.")
        first.setdefault(rule.name, number)


def _example(draft: Draft, example: Example, place: Place) -> None:
    _known(draft, "categories", example.report.category, (*place, "report", "category"), what="category")
    _known(draft, "units", example.unit, (*place, "unit"), what="unit")
    names = [rule.name for rule in draft.rules.values()] + ([draft.fallback.name] if draft.fallback else [])
    if example.rule is not None and example.rule not in names:
        draft.problem(
            (*place, "rule"),
            f"There is no rule named “{example.rule}”. {did_you_mean(example.rule, tuple(names))}",
        )


def check_shadowing(draft: Draft) -> None:
    """A rule that can never match is a mistake: whoever wrote it expects it to work."""
    numbers, rules = list(draft.rules), list(draft.rules.values())
    expanded = [expanded_categories(rule, draft.categories) for rule in rules]
    if any(categories is not None and not categories for categories in expanded):
        return
    everything = frozenset(draft.written("categories"))
    for below, above in shadowed_by(rules, expanded, all_categories=everything).items():
        draft.problem(
            ("rules", numbers[below]),
            f"The rule “{rules[below].name}” can never match, because {_named(draft, rules, numbers, above)} "
            "already takes every report it could have had; move it up, narrow the other, or remove it.",
        )


def _named(draft: Draft, rules: list[Rule], numbers: list[int], above: Iterable[int]) -> str:
    lines = [f"“{rules[n].name}” on line {draft.document.line(('rules', numbers[n]))}" for n in above]
    return " and ".join(lines) if len(lines) < 4 else " and ".join(lines[:3]) + f" (and {len(lines) - 3} more)"


def check_examples(draft: Draft, rules: Rules) -> None:
    """The file's own examples are run; one that fails stops the file."""
    for number, example in draft.examples.items():
        proposal = propose_unit(rules, with_local_time(example.report, rules))
        wrong_rule = example.rule is not None and example.rule != proposal.rule_name
        if proposal.unit.code != example.unit or wrong_rule:
            wanted = f"“{example.unit}”" + (f" by “{example.rule}”" if example.rule else "")
            draft.problem(
                ("examples", number),
                f"The example expects {wanted}, but the rules give “{proposal.unit.code}” by "
                f"“{proposal.rule_name}” ({proposal.reason.text('en')}) Correct the rule or the example.",
            )


def with_local_time(facts: Facts, rules: Rules) -> Facts:
    """A time without a zone in the file is the municipality's own."""
    if facts.at is None or facts.at.tzinfo is not None:
        return facts
    return facts.model_copy(update={"at": facts.at.replace(tzinfo=rules.timezone)})
