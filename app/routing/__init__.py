"""routing_rules.yaml -> frozen Rules; proposes the unit for a report and says why. No database, no clock."""

from app.routing.catalogue import (
    Category,
    Channel,
    Group,
    Municipality,
    Option,
    Phone,
    Question,
    Unit,
)
from app.routing.checking import with_local_time
from app.routing.finding import find_categories
from app.routing.limited import Notice, PhoneInstead, SiteNotice, Stopper
from app.routing.loading import load_rules
from app.routing.notices import notices_at, site_notices_at, stopper_at
from app.routing.problems import RuleProblem, RulesError
from app.routing.proposing import Proposal, Step, areas_at, explain, in_service_area, propose_unit
from app.routing.reasons import Because, Check, Reason
from app.routing.reloading import Change, RulesFile
from app.routing.rounds import Material, RoundRules
from app.routing.rules import Area, Example, Facts, Rule, Rules
from app.routing.texts import pick

__all__ = [
    "Area",
    "Because",
    "Category",
    "Change",
    "Channel",
    "Check",
    "Example",
    "Facts",
    "Group",
    "Material",
    "Municipality",
    "Notice",
    "Option",
    "Phone",
    "PhoneInstead",
    "Proposal",
    "Question",
    "Reason",
    "RoundRules",
    "Rule",
    "RuleProblem",
    "Rules",
    "RulesError",
    "RulesFile",
    "SiteNotice",
    "Step",
    "Stopper",
    "Unit",
    "areas_at",
    "explain",
    "find_categories",
    "in_service_area",
    "load_rules",
    "notices_at",
    "pick",
    "propose_unit",
    "site_notices_at",
    "stopper_at",
    "with_local_time",
]
