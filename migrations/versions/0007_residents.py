"""Signing in by a link in a mail, for residents: one-time links and sessions."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SELECT 1")


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
