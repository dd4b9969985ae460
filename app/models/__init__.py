"""Tables and the rules about one object; no session, no I/O, no clock."""

from app.models.actor import CONTRACTOR, REPORTER, SYSTEM, Actor, ActorKind
from app.models.asset import Asset
from app.models.bookkeeping import (
    IdempotencyKey,
    ImportedArea,
    LimitBucket,
    MapTally,
    RegisterAnswer,
    RulesState,
    ServiceFigure,
)
from app.models.crew import Crew, Vehicle
from app.models.danger_place import DangerPlace
from app.models.desk import SavedFilter, StaffWords, StaffWordsDue
from app.models.erasure import ErasedKind, Erasure, RetentionRun
from app.models.field import EntryKind, EntryResult, FieldEntry, RoundLink
from app.models.forwarding import Delivery, Forwarding
from app.models.incoming import ChannelTally, IncomingMail, MailState
from app.models.mention import Mention
from app.models.merge import Merge
from app.models.notification import Notification, NotificationKind
from app.models.overdue_mail import DeadlineFigure, OverdueMail
from app.models.photo import Photo
from app.models.place import Place, Road
from app.models.place_follow import (
    PlaceEvent,
    PlaceEventKind,
    PlaceFollow,
    PlaceMail,
    PlaceMailKind,
    PlaceNews,
    PlaceWatch,
)
from app.models.public_reading import ReportWords, WeekTally
from app.models.rating import Rating
from app.models.reply import ReplyFor, ReplyTemplate, ReplyText
from app.models.report import Report
from app.models.reporter import Reporter
from app.models.resident import ResidentLink, ResidentSession
from app.models.road_network import RoadClosure, RoadNetwork
from app.models.route_list import RouteList, Stop, StopMaterial, StopOutcome, StopReport
from app.models.route_list_change import RoundChangeKind, RouteListChange
from app.models.route_plan import PlanState, RoutePlan
from app.models.routine import DriveState, RoutineDrive, RoutineKind, RoutineRound
from app.models.sending import SendingState
from app.models.staff import ChangeKind, Role, SignInAttempt, Staff, StaffChange, StaffSession, StaffUnit
from app.models.status import ALLOWED, AT_UNIT, CLOSED, OPEN, ReportStatus
from app.models.support import Support
from app.models.trace import Deputyship, Seen, Sight
from app.models.update import Note, Update, UpdateKind

__all__ = [
    "ALLOWED",
    "AT_UNIT",
    "CLOSED",
    "CONTRACTOR",
    "OPEN",
    "REPORTER",
    "SYSTEM",
    "Actor",
    "ActorKind",
    "Asset",
    "ChangeKind",
    "ChannelTally",
    "Crew",
    "DangerPlace",
    "DeadlineFigure",
    "Delivery",
    "Deputyship",
    "DriveState",
    "EntryKind",
    "EntryResult",
    "ErasedKind",
    "Erasure",
    "FieldEntry",
    "Forwarding",
    "IdempotencyKey",
    "ImportedArea",
    "IncomingMail",
    "LimitBucket",
    "MailState",
    "MapTally",
    "Mention",
    "Merge",
    "Note",
    "Notification",
    "NotificationKind",
    "OverdueMail",
    "Photo",
    "Place",
    "PlaceEvent",
    "PlaceEventKind",
    "PlaceFollow",
    "PlaceMail",
    "PlaceMailKind",
    "PlaceNews",
    "PlaceWatch",
    "PlanState",
    "Rating",
    "RegisterAnswer",
    "ReplyFor",
    "ReplyTemplate",
    "ReplyText",
    "Report",
    "ReportStatus",
    "ReportWords",
    "Reporter",
    "ResidentLink",
    "ResidentSession",
    "RetentionRun",
    "Road",
    "RoadClosure",
    "RoadNetwork",
    "Role",
    "RoundChangeKind",
    "RoundLink",
    "RouteList",
    "RouteListChange",
    "RoutePlan",
    "RoutineDrive",
    "RoutineKind",
    "RoutineRound",
    "RulesState",
    "SavedFilter",
    "Seen",
    "SendingState",
    "ServiceFigure",
    "Sight",
    "SignInAttempt",
    "Staff",
    "StaffChange",
    "StaffSession",
    "StaffUnit",
    "StaffWords",
    "StaffWordsDue",
    "Stop",
    "StopMaterial",
    "StopOutcome",
    "StopReport",
    "Support",
    "Update",
    "UpdateKind",
    "Vehicle",
    "WeekTally",
]
