"""Who is looking at what, found without reading the reports that nobody looks at."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_report_claimed ON report (claimed_at) WHERE claimed_by_id IS NOT NULL")


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
