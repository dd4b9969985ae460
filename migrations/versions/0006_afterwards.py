"""After a report was sent: stop, bounces, words that are not to be shown, and how satisfied its reporter is."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

AFTERWARDS = """
ALTER TABLE reporter ADD stopped_at timestamptz, ADD bounced_at timestamptz;
ALTER TABLE support ADD bounced_at timestamptz;
ALTER TABLE report ADD words_withheld_at timestamptz;
ALTER TABLE report ADD CONSTRAINT ck_report_withheld_words
    CHECK (NOT (text_public AND words_withheld_at IS NOT NULL));
CREATE INDEX ix_reporter_bounced ON reporter (bounced_at) WHERE bounced_at IS NOT NULL;
CREATE INDEX ix_support_bounced ON support (bounced_at) WHERE bounced_at IS NOT NULL;
ALTER TABLE notification ADD free_at timestamptz, ADD sent_to text, ADD former_email text, ADD told_in_id bigint
    CONSTRAINT fk_notification_told_in_id_notification REFERENCES notification (id) ON DELETE SET NULL;
CREATE INDEX ix_notification_told_in ON notification (told_in_id) WHERE told_in_id IS NOT NULL;
DROP INDEX uq_notification_update_kind;
CREATE UNIQUE INDEX uq_notification_update_kind ON notification (report_id, update_id, kind) WHERE support_id IS NULL;
CREATE TABLE rating (
    report_id bigint CONSTRAINT pk_rating PRIMARY KEY
        CONSTRAINT fk_rating_report_id_report REFERENCES report (id) ON DELETE CASCADE,
    score smallint NOT NULL CONSTRAINT ck_rating_score CHECK (score BETWEEN 1 AND 5),
    words text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_rating_at ON rating (at);
ALTER TABLE delivery ADD update_id bigint
    CONSTRAINT fk_delivery_update_id_report_update REFERENCES report_update (id) ON DELETE CASCADE;
ALTER TABLE delivery DROP CONSTRAINT ck_delivery_kind;
ALTER TABLE delivery ADD CONSTRAINT ck_delivery_kind
    CHECK (kind IN ('forward', 'call_back', 'addition', 'corrected', 'reopened', 'gone'));
CREATE UNIQUE INDEX uq_delivery_update ON delivery (update_id, channel, address) WHERE update_id IS NOT NULL;
"""


# The database's samples of what people wrote outlive it, see migration 0010. The same type once more drops those that are
# there; later triggers look at these columns, and then it could not be said any more.
UNSAMPLED = """
ALTER TABLE report ALTER description TYPE text, ALTER address TYPE varchar(200), ALTER answers TYPE jsonb,
    ALTER description SET STATISTICS 0, ALTER address SET STATISTICS 0, ALTER answers SET STATISTICS 0;
"""


def upgrade() -> None:
    op.execute(AFTERWARDS)
    op.execute(UNSAMPLED)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
