"""The `gatami` command. One file per group of subcommands; what a command needs is imported when it runs."""

from __future__ import annotations

import typer

from app.cli import backup, bounces, demo, doctor, imports, mail_in, retention, rules, run, serve, staff

app = typer.Typer(
    name="gatami",
    help="GataMi: residents report what a municipality should mend, and see it mended.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("migrate")(serve.migrate)
app.command("demo")(demo.demo)
app.add_typer(rules.rules_app, name="rules")
app.add_typer(imports.import_app, name="import")
app.add_typer(staff.staff_app, name="staff")
app.command("bounces")(bounces.bounces)
app.command("mail-in")(mail_in.mail_in)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("retention")(retention.retention)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command; what a person can mend is said in one sentence, without a traceback."""
    try:
        app()
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        typer.echo(f"gatami: {sentence}", err=True)
        raise SystemExit(1) from None


def _sentence(error: Exception) -> str | None:
    """What to tell the person; None for a mistake of our own, which needs its traceback."""
    from pydantic import ValidationError
    from sqlalchemy.exc import OperationalError

    from app.cluster import ClusterError
    from app.errors import DomainError
    from app.routing import RulesError

    if isinstance(error, ClusterError | DomainError | RulesError):
        return str(error)
    if isinstance(error, ValidationError) and error.title == "Settings":
        return "; ".join(f"GATAMI_{str(wrong['loc'][0]).upper()}: {wrong['msg']}" for wrong in error.errors())
    if isinstance(error, OperationalError):
        return f"The database does not answer: {str(error.orig).strip()}"
    return None
