"""What the desk needs to learn from its corrections: the unit that was proposed stays with what was decided."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column, and an index over what was decided lately."""
    op.execute("ALTER TABLE forwarding ADD proposed_unit_code varchar(40)")
    op.execute(
        "CREATE INDEX ix_forwarding_decided ON forwarding (at, id) WHERE NOT for_information AND undone_at IS NULL"
    )


def downgrade() -> None:
    """Corrections are counted from now on again."""
    op.execute("DROP INDEX ix_forwarding_decided")
    op.execute("ALTER TABLE forwarding DROP proposed_unit_code")
