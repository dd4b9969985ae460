"""routing_rules.yaml -> frozen Rules; proposes the unit for a report and says why. No database, no clock."""

from app.routing.catalogue import (
    Category,
    Channel,
    Group,
    Municipality,
    Option,
    Phone,
    PhoneInstead,
    Question,
    Unit,
)
from app.routing.checking import with_local_time
from app.routing.finding import find_categories
from app.routing.loading import load_rules
from app.routing.problems import RuleProblem, RulesError
from app.routing.proposing import Proposal, Step, areas_at, explain, in_service_area, propose_unit
from app.routing.reasons import Because, Check, Reason
from app.routing.reloading import Change, RulesFile
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
    "Municipality",
    "Option",
    "Phone",
    "PhoneInstead",
    "Proposal",
    "Question",
    "Reason",
    "Rule",
    "RuleProblem",
    "Rules",
    "RulesError",
    "RulesFile",
    "Step",
    "Unit",
    "areas_at",
    "explain",
    "find_categories",
    "in_service_area",
    "load_rules",
    "pick",
    "propose_unit",
    "with_local_time",
]
