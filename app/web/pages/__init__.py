"""HTML for people. Every module here that has a `router` is part of the site."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """All page routers, in the order of their modules' names; what is asked with each letter comes first."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    modules.sort(key=lambda module: not getattr(module, "ASKED_OFTEN", False))
    return [module.router for module in modules if hasattr(module, "router")]
