"""Tables and the rules about one object; no session, no I/O, no clock."""

from app.models.actor import REPORTER, SYSTEM, Actor, ActorKind
from app.models.asset import Asset
from app.models.bookkeeping import IdempotencyKey, ImportedArea, MapTally, RulesState
from app.models.crew import RouteList, Stop, StopOutcome, StopReport
from app.models.forwarding import Delivery, Forwarding
from app.models.notification import Notification, NotificationKind
from app.models.photo import Photo
from app.models.report import Report
from app.models.reporter import Reporter
from app.models.sending import SendingState
from app.models.staff import Role, SignInAttempt, Staff, StaffSession, StaffUnit
from app.models.status import ALLOWED, AT_UNIT, CLOSED, OPEN, ReportStatus
from app.models.update import Note, Update, UpdateKind

__all__ = [
    "ALLOWED",
    "AT_UNIT",
    "CLOSED",
    "OPEN",
    "REPORTER",
    "SYSTEM",
    "Actor",
    "ActorKind",
    "Asset",
    "Delivery",
    "Forwarding",
    "IdempotencyKey",
    "ImportedArea",
    "MapTally",
    "Note",
    "Notification",
    "NotificationKind",
    "Photo",
    "Report",
    "ReportStatus",
    "Reporter",
    "Role",
    "RouteList",
    "RulesState",
    "SendingState",
    "SignInAttempt",
    "Staff",
    "StaffSession",
    "StaffUnit",
    "Stop",
    "StopOutcome",
    "StopReport",
    "Update",
    "UpdateKind",
]
