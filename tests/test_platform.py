"""Makefile, lock files, Dockerfile and compose.yaml say the same as the program and its settings."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.cli import app as command_line
from app.settings import PROJECT, Settings
from app.web.vendor import VENDOR_FILES, VendorFile, install, integrity_of

MAKEFILE = (PROJECT / "Makefile").read_text()
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock", ".ci/node.lock", "package-lock.json")
SCRIPTS = (".ci/setup", ".ci/run", ".ci/lock")


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def _commands() -> set[str]:
    return set(get_command(command_line).commands)  # type: ignore[attr-defined]


def test_make_help_names_every_target() -> None:
    said = subprocess.run(["make", "-s", "help"], cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    assert {line.split()[1] for line in said.splitlines() if line.startswith("  make ")} == _make_targets()


def test_every_target_is_phony_because_folders_have_the_same_names() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony.group(1).split()) == _make_targets()


def test_every_make_target_that_runs_something_sets_up_first() -> None:
    for target in ("run", "test", "check", "bench", "real-data", "faults", "lock"):
        recipe = MAKEFILE.split(f"\n{target}:")[1].split("\n\n")[0]
        assert recipe.index(".ci/setup") < recipe.index(".venv/bin" if target != "lock" else ".ci/lock"), target


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile", "compose.yaml", *SCRIPTS])
def test_every_variable_is_a_setting(file: str) -> None:
    used = set(re.findall(r"GATAMI_([A-Z_]+)", (PROJECT / file).read_text()))
    assert used <= {name.upper() for name in Settings.model_fields}


def test_make_help_tells_the_defaults_that_the_settings_have() -> None:
    assert f"GATAMI_PORT ({Settings.model_fields['port'].default})" in MAKEFILE
    assert f"GATAMI_DATA_DIR ({Settings.model_fields['data_dir'].default})" in MAKEFILE


def test_containers_run_commands_that_exist() -> None:
    services = [service["command"] for service in COMPOSE["services"].values() if service.get("image") == "gatami"]
    image = json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[-1])
    assert {words[1] for words in [*services, image]} == {"serve", "worker", "migrate"}
    assert {words[1] for words in [*services, image]} <= _commands()
    assert {words[0] for words in [*services, image]} == {"gatami"}


def test_make_run_runs_a_command_that_exists() -> None:
    started = re.findall(r"\.venv/bin/gatami (\w+)", MAKEFILE)
    assert started == ["run"]
    assert set(started) <= _commands()


def test_the_settings_of_the_containers_are_readable() -> None:
    environment = COMPOSE["x-gatami"]["environment"]
    plain = {name.removeprefix("GATAMI_").lower(): _default(value) for name, value in environment.items()}
    settings = Settings(_env_file=None, **plain)
    assert settings.smtp_host in COMPOSE["services"]
    assert f"@{'database'}/" in str(settings.database_url)
    assert settings.trusted_proxies == COMPOSE["services"]["caddy"]["networks"]["default"]["ipv4_address"]


def test_the_container_is_small_not_root_and_asks_healthz_on_its_port() -> None:
    assert len(re.findall(r"^FROM ", DOCKERFILE, re.MULTILINE)) == 3
    assert DOCKERFILE.rindex("\nUSER gatami") < DOCKERFILE.rindex("\nCMD")
    port = re.search(r"GATAMI_PORT=(\d+)", DOCKERFILE)
    assert port is not None
    assert f"EXPOSE {port.group(1)}" in DOCKERFILE
    assert f"http://127.0.0.1:{port.group(1)}/healthz" in DOCKERFILE
    assert all(part.endswith(f":{port.group(1)}") for part in COMPOSE["services"]["app"]["ports"])


def test_containers_install_what_make_installs() -> None:
    setup = (PROJECT / ".ci/setup").read_text()
    for words in ("--require-hashes -r", "--no-deps --no-build-isolation -e .", "npm ci --ignore-scripts"):
        assert words in DOCKERFILE
        assert words in setup
    assert "app.web.vendor node_modules static/vendor" in DOCKERFILE
    assert "app.web.vendor node_modules static/vendor" in setup


@pytest.mark.parametrize("file", [*LOCKS, *SCRIPTS, "Makefile", "package.json", ".npmrc", "pyproject.toml"])
def test_no_file_names_an_address_to_install_from(file: str) -> None:
    text = (PROJECT / file).read_text()
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links |--trusted-host |\bregistry\s*=", text)


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock", ".ci/node.lock"])
def test_every_locked_python_package_has_an_exact_version_and_hashes(file: str) -> None:
    blocks = re.findall(r"^[a-z].*?(?=^[a-z]|\Z)", (PROJECT / file).read_text(), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    run, dev = (_locked(PROJECT / name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert _names(project["dependencies"]) <= run.keys()
    assert _names(project["optional-dependencies"]["dev"]) <= dev.keys()
    assert run.items() <= dev.items()


def test_npm_takes_exact_versions_and_writes_no_addresses() -> None:
    assert "omit-lockfile-registry-resolved=true" in (PROJECT / ".npmrc").read_text().splitlines()
    wanted = json.loads((PROJECT / "package.json").read_text())["dependencies"]
    locked = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("resolved" not in package for package in locked.values())
    assert all("integrity" in package for path, package in locked.items() if path)


@pytest.mark.parametrize("file", VENDOR_FILES.values(), ids=lambda file: file.name)
def test_a_local_copy_is_the_file_that_pages_ask_the_cdn_for(file: VendorFile) -> None:
    assert integrity_of((PROJECT / "static" / "vendor" / file.local_path).read_bytes()) == file.integrity
    versions = json.loads((PROJECT / "package.json").read_text())["dependencies"]
    package, _, rest = file.cdn_url.removeprefix("https://cdn.jsdelivr.net/npm/").rpartition("@")
    assert rest.split("/")[0] == versions[package]


def test_a_file_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    file = next(iter(VENDOR_FILES.values()))
    fake = tmp_path / "node_modules" / file.npm_path
    fake.parent.mkdir(parents=True)
    fake.write_text("alert('not Leaflet')")
    with pytest.raises(ValueError, match="has another hash"):
        install(tmp_path / "node_modules", tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()


def test_the_log_of_the_whole_check_ends_with_the_test_runners_line() -> None:
    script = (PROJECT / ".ci/run").read_text()
    commands = [line.strip() for line in script.splitlines() if line.strip().startswith(("make ", "grep "))]
    assert [shlex.split(line)[:2] for line in commands[:3]] == [
        ["make", "check"],
        ["make", "test"],
        ["make", "real-data"],
    ]
    assert commands[-1].startswith("grep ")
    assert "set -euo pipefail" in script


def _default(value: str) -> str:
    """What compose puts in when the variable is not set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace("_", "-") for one in requirements}


def _locked(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(), re.MULTILINE))
