"""Whether other people's registers answer: each is asked about the middle of the map, where it should know something.

A wrong address is not told from an honest "nothing near" otherwise, and every place would be without a road.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.lookup.addresses import begin_address
from app.lookup.asking import RegisterDown
from app.lookup.registers import Registers
from app.lookup.roads import begin_road
from app.services.checkup import Finding

if TYPE_CHECKING:
    from app.routing import Rules
    from app.settings import Settings


def check_registers(settings: Settings, rules: Rules) -> Iterator[Finding]:
    """The register of roads and that of addresses; a register that is down is no problem, so they warn at most."""
    registers, middle = Registers.of(settings), rules.municipality.map
    asked = (
        ("roads", registers.roads, begin_road, "GATAMI_ROAD_REGISTER"),
        ("addresses", registers.addresses, begin_address, "GATAMI_ADDRESS_REGISTER"),
    )
    for what, register, begin, setting in asked:
        part = f"{what} register"
        if not register.base_url:
            yield Finding(part, "ok", f"No register of {what} is asked, only our own database ({setting} is empty).")
            continue
        try:
            found = begin(register, lat=middle.lat, lon=middle.lon).wait()
        except RegisterDown as down:
            advice = f"Reports come in without it. Let this machine reach it, or mend {setting}."
            yield Finding(part, "warning", f"{register.base_url} gives no answer ({down.why}).", advice)
            continue
        if found is None:
            words = f"{register.base_url} knows of nothing at the middle of the map ({middle.lat}, {middle.lon})."
            yield Finding(part, "warning", words, f"Check {setting}: a wrong address knows of nothing anywhere.")
        else:
            yield Finding(part, "ok", f"{register.base_url} answers.")
