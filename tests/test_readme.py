"""The README says what is so: settings, libraries, commands, pictures."""

from __future__ import annotations

import re
import tomllib

import pytest

from app.cli import app as command
from app.settings import PROJECT, Settings

README = (PROJECT / "README.md").read_text()


def part(name: str) -> str:
    return README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]


def test_every_setting_stands_in_the_table_with_its_default_and_its_own_words():
    rows = re.findall(r"^\| `GATAMI_([A-Z_]+)` \| (.*?) \| (.*?) \|$", part("settings"), re.MULTILINE)
    assert {name.lower(): words for name, _, words in rows} == {
        name: field.description for name, field in Settings.model_fields.items()
    }


def test_every_library_stands_in_the_table():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=]", line)[0].lower() for line in declared}
    told = {
        word
        for row in re.findall(r"^\| ([^|]+) \|", part("libraries"), re.MULTILINE)
        for word in row.lower().split(", ")
    }
    assert names - told == set()


def test_every_command_is_named():
    commands = {info.name or info.callback.__name__.replace("_", "-") for info in command.registered_commands}
    commands |= {group.name for group in command.registered_groups}
    line = next(line for line in README.splitlines() if line.startswith("`gatami run |"))
    assert commands == set(re.findall(r"[a-z][a-z-]*", line.split("`")[1])) - {"gatami"}


def test_every_make_target_that_it_names_is_there():
    makefile = (PROJECT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("path", re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README))
def test_every_picture_is_there(path):
    assert (PROJECT / path).is_file()


def test_every_picture_says_in_words_what_it_shows():
    assert not re.search(r"!\[\s*\]\(", README)
