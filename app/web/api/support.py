"""Mine too, for programs."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.db import transaction
from app.services import supporting
from app.web import examples
from app.web.bodies import require_json
from app.web.deps import StateDep
from app.web.limiting import check_sender, network_for_support
from app.web.openapi import answers
from app.web.schemas import Plain, Strict

router = APIRouter(prefix="/api/reports", tags=["Reports"])


class SupportIn(Strict):
    """Who says "mine too"."""

    key: Annotated[str, Field(min_length=16, max_length=200), Plain] = Field(
        description="Whatever this person's program always says of itself: random, and the same every time. "
        "With one key a report is counted once, however often it is sent."
    )


class SupportReceipt(BaseModel):
    """How the report stands now."""

    reference: str = Field(description="The report that counts it: of a duplicate, the one that stays.")
    support_count: int = Field(description="How many others have reported the same.")
    counted: bool = Field(
        description="Whether this key is among them; false for who sent the report, and for the sixth from one network."
    )


@router.post(
    "/{reference}/support", summary="Say that a report is yours too", response_model=SupportReceipt,
    dependencies=[Depends(require_json)],
    responses=answers(200, examples.SUPPORT, "It is counted", 400, 404, 409, 410, 413, 415, 422, 429),
)  # fmt: skip
def support_report(request: Request, reference: str, body: SupportIn, state: StateDep) -> Response:
    """Counted once for each key. 409 when the report is closed: then send a new one if it is still broken."""
    check_sender(request, "support")
    # Its language is for mails, and nobody follows a report by e-mail here.
    language = state.rules_file.current.default_language
    with transaction(state.session_factory) as session:
        done = supporting.support(
            session,
            reference,
            device=f"api:{body.key}",
            network=network_for_support(request),
            secret=state.secret,
            language=language,
            at=state.clock(),
        )
        receipt = {
            "reference": done.report.shown_reference,
            "support_count": done.report.support_count,
            "counted": done.support.counted,
        }
    return Response(orjson.dumps(receipt), 200, {"Cache-Control": "no-store"}, "application/json")
