"""`python -m bench [name ...]`: every module here with `rows(environment)` measures, and one table tells it all."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from bench.harness import Environment, print_table


def main(wanted: list[str]) -> int:
    """1 when a goal was missed."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]) if module.name != "__main__")
    modules = [import_module(f"bench.{name}") for name in names if not wanted or name in wanted]
    rows = []
    with ExitStack() as stack:
        environment = Environment(stack)
        for module in modules:
            if hasattr(module, "rows"):
                began = time.perf_counter()
                rows += module.rows(environment)
                print(f"{module.__name__}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print_table(rows)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
