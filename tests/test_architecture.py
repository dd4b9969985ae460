"""The layout keeps itself: layers, one place for commits and for statuses, short files, no hidden addresses."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import PROJECT

PYTHON = sorted((PROJECT / "app").rglob("*.py"))
SCRIPTS = [path for path in sorted((PROJECT / "static").rglob("*.js")) if "vendor" not in path.parent.parts]
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))


def short(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_imports_point_down():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [*PYTHON, *SCRIPTS], ids=short)
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text().splitlines()) <= 300


def test_only_the_transaction_commits():
    found = [short(path) for path in PYTHON if re.search(r"\.commit\(", path.read_text())]
    assert found == ["app/db.py"]


def assigned_statuses(path: Path) -> list[int]:
    """Lines that assign an attribute called `status` or write it by SQL's `.values(status=...)`."""
    lines = []
    for node in ast.walk(ast.parse(path.read_text())):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
            lines.append(node.lineno)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "values":
            lines += [word.value.lineno for word in node.keywords if word.arg == "status"]
    return lines


def test_only_the_report_itself_changes_its_status():
    found = {short(path): assigned_statuses(path) for path in PYTHON if assigned_statuses(path)}
    assert list(found) == ["app/models/report.py"], found


def test_only_the_settings_read_the_environment():
    found = [short(path) for path in PYTHON if re.search(r"os\.(environ|getenv)", path.read_text())]
    # The command line hands the private cluster's address to the web server's further processes in the environment.
    assert [path for path in found if path not in {"app/settings.py", "app/cli/serve.py"}] == []


def test_httpx_is_imported_in_one_module():
    found = [short(path) for path in PYTHON if re.search(r"^\s*(import|from) httpx", path.read_text(), re.MULTILINE)]
    assert len(found) <= 1, found


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_no_template_has_inline_script_style_or_handler(path):
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(), flags=re.DOTALL)
    assert "| safe" not in path.read_text()
    if "emails" in path.parts:  # Mail programs know no stylesheets; no page is ever made from these.
        text = re.sub(r"<style.*?</style>| style=\"[^\"]*\"", "", text, flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"<style|\sstyle=\"|\son[a-z]+=\"|javascript:", text)


def test_no_script_writes_html_from_data():
    found = [
        short(path)
        for path in SCRIPTS
        if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text())
    ]
    assert found == []
