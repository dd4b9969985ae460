"""`gatami rules`: check a rules file, and see why a report would go to a unit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.routing import (
    Facts,
    Rules,
    RulesError,
    Step,
    areas_at,
    explain,
    in_service_area,
    load_rules,
    notices_at,
    site_notices_at,
    stopper_at,
    with_local_time,
)
from app.settings import get_settings

if TYPE_CHECKING:
    from app.services.what_if import WhatIf

rules_app = typer.Typer(help="Check the rules file, and see which rule decides and why.", no_args_is_help=True)

OWNERS = ("state", "county", "municipality", "private", "unknown")
FILE_HELP = "The rules file; without it, the one in the settings."


@rules_app.command("check")
def check(file: Annotated[Path | None, typer.Argument(help=FILE_HELP)] = None) -> None:
    """Name every mistake in the file with its line and what to do; exit 1 if there is one."""
    rules = _loaded(file)
    typer.echo(
        f"{rules.path}: good. {len(rules.units)} units, {len(rules.categories)} categories "
        f"in {len(rules.groups)} groups, {len(rules.areas)} areas, {len(rules.rules)} rules, "
        f"{len(rules.examples)} examples."
    )


@rules_app.command("explain")
def explain_proposal(
    *,
    category: Annotated[str, typer.Option(help="The category's code.")],
    lat: Annotated[float | None, typer.Option(min=-90, max=90, help="Degrees north, WGS84.")] = None,
    lon: Annotated[float | None, typer.Option(min=-180, max=180, help="Degrees east, WGS84.")] = None,
    road_owner: Annotated[str, typer.Option(help=f"One of {', '.join(OWNERS)}.")] = "unknown",
    asset_owner: Annotated[str, typer.Option(help=f"One of {', '.join(OWNERS)}.")] = "unknown",
    answer: Annotated[list[str] | None, typer.Option(help="question=answer; may be given several times.")] = None,
    at: Annotated[datetime | None, typer.Option(help="Local time, such as 2026-01-31T23:15:00.")] = None,
    file: Annotated[Path | None, typer.Option(help=FILE_HELP)] = None,
    lang: Annotated[str, typer.Option(help="The language to explain in.")] = "en",
) -> None:
    """Print every rule tried, each condition with its answer, and the unit that is proposed."""
    rules = _loaded(file)
    _known_category(rules, category)
    facts = Facts(
        category=category,
        lat=lat,
        lon=lon,
        road_owner=_owner(road_owner, option="--road-owner"),
        asset_owner=_owner(asset_owner, option="--asset-owner"),
        answers=_answers(answer or []),
        at=at,
    )
    _print_place(rules, lat, lon, lang=lang)
    typer.echo(f"Owner of the road: {road_owner}. Owner of the lamp or other object: {asset_owner}.")
    facts = with_local_time(facts, rules)
    _print_steps(explain(rules, facts), lang=lang)
    _print_notices(rules, facts, lang=lang)


@rules_app.command("what-if")
def what_if_command(
    file: Annotated[Path, typer.Argument(help="Another rules file; it does not come into force.")],
    *,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day; without it, the last year.")
    ] = None,
    lang: Annotated[str, typer.Option(help="The language of the names.")] = "en",
) -> None:
    """Run another rules file over the reports of the past, and show what would have gone elsewhere."""
    from app.cli.connect import database
    from app.db import make_engine, make_session_factory, transaction
    from app.services.what_if import what_if

    rules, others = _loaded(None), _loaded(file, may_break_examples=True)
    from_day = since.replace(tzinfo=rules.timezone) if since else datetime.now(UTC) - timedelta(days=365)
    with database(migrated=False) as url:
        engine = make_engine(url, pool_size=1)
        with transaction(make_session_factory(engine)) as session:
            found = what_if(session, rules, others, since=from_day)
        engine.dispose()
    _print_what_if(found, rules, others, lang=lang)


def _print_what_if(found: WhatIf, rules: Rules, others: Rules, *, lang: str) -> None:
    def named(code: str) -> str:
        unit = rules.units.get(code) or others.units.get(code)
        return unit.name(lang) if unit else code

    typer.echo(f"{found.elsewhere} of {found.total} reports would have gone to another unit.")
    if found.sampled:
        typer.echo(f"There are more reports; only the newest {found.total} were looked at.")
    if found.nearly_all_to:
        typer.echo(f"WARNING: this file would send nearly everything to {named(found.nearly_all_to)}.", err=True)
    typer.echo(
        f"Of {found.decided} that were decided, the rules now were right about {found.right_now}, this file would be "
        f"right about {found.right_then}: {found.better} better, {found.worse} worse."
    )
    for (now, then), times in found.moved.most_common():
        typer.echo(f"{times:7}  {named(now)} -> {named(then)}")
    for (category, now, then), times in found.by_category.most_common(100):
        typer.echo(f"{times:7}  {category}: {named(now)} -> {named(then)}")
    for one in found.examples:
        decided = f", decided: {named(one.decided)}" if one.decided else ""
        typer.echo(f"  {one.reference} ({one.category}): {named(one.now)} -> {named(one.then)}{decided}")


def _loaded(file: Path | None, *, may_break_examples: bool = False) -> Rules:
    try:
        return load_rules(file or get_settings().rules_file)
    except RulesError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        count = len(error.problems)
        typer.echo(f"{count} {'mistake' if count == 1 else 'mistakes'}.", err=True)
        if may_break_examples and error.rules is not None:
            return error.rules
        raise typer.Exit(1) from error


def _known_category(rules: Rules, category: str) -> None:
    if category not in rules.categories:
        raise typer.BadParameter(f"There is no category {category}. Known: {', '.join(rules.categories)}.")


def _owner(owner: str, *, option: str) -> str:
    if owner not in OWNERS:
        raise typer.BadParameter(f"{option} is one of {', '.join(OWNERS)}.")
    return owner


def _answers(pairs: list[str]) -> dict[str, list[str]]:
    """Several answers to one question are given by repeating it."""
    answers: dict[str, list[str]] = {}
    for pair in pairs:
        question, equals, value = pair.partition("=")
        if not equals or not question:
            raise typer.BadParameter(f"Write --answer question=answer, not {pair}.")
        answers.setdefault(question, []).append(value)
    return answers


def _print_notices(rules: Rules, facts: Facts, *, lang: str) -> None:
    """What a resident would be told first; without --at, nothing that is limited to a time."""
    category = rules.categories[facts.category]
    for everywhere in site_notices_at(rules, at=facts.at, lat=facts.lat, lon=facts.lon):
        typer.echo(f"Notice above the form: {everywhere.text(lang)}")
    for notice in notices_at(rules, category, facts):
        typer.echo(f"Notice: {notice.text(lang)}")
    stopper = stopper_at(rules, category, facts)
    if stopper is not None:
        typer.echo(f"No form, ring {stopper.number}: {stopper.text(lang)}")


def _print_place(rules: Rules, lat: float | None, lon: float | None, *, lang: str) -> None:
    if lat is None or lon is None:
        typer.echo("No place is given.")
        return
    names = [rules.areas[code].name(lang) for code in rules.areas if code in areas_at(rules, lat, lon)]
    inside = "inside" if in_service_area(rules, lat, lon) else "outside"
    typer.echo(f"The place is {inside} the service area; areas there: {', '.join(names) or 'none'}.")


def _print_steps(steps: list[Step], *, lang: str) -> None:
    for number, step in enumerate(steps, start=1):
        typer.echo(f"{number:3}. {'MATCHES ' if step.matched else 'no      '}{step.rule_name}")
        for condition in step.conditions:
            typer.echo(f"       {'+' if condition.matched else '-'} {condition.text(lang)}")
    unit = steps[-1].unit
    typer.echo(f"Proposed unit: {unit.name(lang)} ({unit.code})")
