"""A box of degrees as somebody types it after a command."""

from __future__ import annotations

import typer


def box_of(words: str | None) -> tuple[float, float, float, float] | None:
    """West, south, east, north; None without words. Raises BadParameter for what is no box."""
    if words is None:
        return None
    try:
        west, south, east, north = (float(word) for word in words.split(","))
    except ValueError as error:
        raise typer.BadParameter("--box is four numbers: west,south,east,north.") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise typer.BadParameter("--box is west,south,east,north in degrees, such as 18.5,69.5,19.3,69.8.")
    return west, south, east, north
