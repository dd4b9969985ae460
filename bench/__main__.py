"""`python -m bench [name ...]`: every module here with `rows(environment)` measures, and one table tells it all."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from bench.harness import Environment, print_table


def main(wanted: list[str]) -> int:
    """1 when a goal was missed, 2 when there is no such measurement; `--help` names those that there are."""
    known = measurements()
    named = f"The measurements are: {', '.join(known)}."
    if {"-h", "--help"} & set(wanted):
        print(f"python -m bench [name ...] measures all, or those named. {named}")
        return 0
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"There is no measurement {' or '.join(unknown)}. {named}", file=sys.stderr)
        return 2
    return measure([module for name, module in known.items() if not wanted or name in wanted])


def measurements() -> dict[str, ModuleType]:
    """The modules that measure, by name."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]) if module.name != "__main__")
    modules = {name: import_module(f"bench.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "rows")}


def measure(modules: list[ModuleType]) -> int:
    """Print the table; 1 when a goal was missed."""
    rows = []
    with ExitStack() as stack:
        environment = Environment(stack)
        for module in modules:
            began = time.perf_counter()
            rows += module.rows(environment)
            print(f"{module.__name__}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print_table(rows)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
