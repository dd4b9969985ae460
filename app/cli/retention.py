"""`gatami retention`: what is kept about people goes when its time is over; the worker does it by itself every hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import database
from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from app.services.retention_rule import Rule


def retention(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go; change nothing.")] = False
) -> None:
    """Delete now what has had its time, or count it. The settings say how long things are kept."""
    from app.services import retention as keeping
    from app.worker import make_office

    with database(migrated=not dry_run) as url:
        office = make_office(get_settings().model_copy(update={"database_url": url}))
        try:
            counts = keeping.count(office) if dry_run else keeping.run(office)
        finally:
            office.session_factory.kw["bind"].dispose()
    for rule in keeping.RULES:
        if rule.kind in counts:
            typer.echo(f"{counts[rule.kind]:>8}  {rule.kind:<18}{_kept(rule, get_settings())}")
    verb = "would go" if dry_run else "went"
    typer.echo(f"{sum(counts.values()):>8}  {verb} in all.")


def _kept(rule: Rule, settings: Settings) -> str:
    """How long, and for residents' data what it is."""
    told = f": {rule.what}" if rule.what else ""
    return f"kept {rule.period(settings).in_words('en')}{told}"
