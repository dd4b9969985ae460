"""@name in a note: which names stand in it, and who of the staff has yet to see it."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.sending import STATES_SQL, Sending

# @Kari, @Anne-Grete, @"Kari Nordmann"; not the middle of an e-mail address.
_NAMED = re.compile(r"""(?<![\w.@])@(?:"([^"\n]{1,100})"|“([^”\n]{1,100})”|«([^»\n]{1,100})»|([^\W\d_][\w'’-]*))""")
MOST_NAMES = 20


class Mention(Sending, Base):
    """A member of staff who is named in a note, until the person has opened the report; and the mail about it."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("update_id", "staff_id"),
        Index("ix_mention_unseen", "staff_id", "report_id", postgresql_where="seen_at IS NULL"),
        Index("ix_mention_report", "report_id"),
        CheckConstraint(STATES_SQL, name="state"),
        Index("ix_mention_pending", "next_attempt_at", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_mention_sending", "started_at", postgresql_where=text("state = 'sending'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    update_id: Mapped[int] = mapped_column(ForeignKey("report_update.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def names_in(words: str) -> list[str]:
    """The names that are called with @, in order, each once; at most twenty."""
    found = ["".join(groups).strip() for groups in _NAMED.findall(words)]
    return list(dict.fromkeys(name for name in found if name))[:MOST_NAMES]
