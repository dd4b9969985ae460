"""What the figures of rounds look up: earlier visits to a report, and later reports of a lamp."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No planner keeps samples of what crews wrote."""
    op.execute("""
        CREATE INDEX ix_stop_report_report ON stop_report (report_id);
        CREATE INDEX ix_report_asset_created ON report (asset_id, created_at) WHERE asset_id IS NOT NULL;
        ALTER TABLE field_entry ALTER words SET STATISTICS 0;
    """)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
