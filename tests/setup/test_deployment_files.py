"""The files under deploy/ hang together: names, paths, commands and variables that exist; public images only."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from kexin.project.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PUBLIC = ("docker.io/library/", "localhost/kexin")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_images_are_public_and_of_one_version(compose: dict[str, Any]) -> None:
    named = [service["image"] for service in compose["services"].values()]
    named += re.findall(r"^FROM (\S+)", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    for image in named:
        assert image.startswith(PUBLIC), image
        assert image == "localhost/kexin" or re.search(r":\d+[\w.-]*$", image), f"{image} has no version"
    assert re.match(r"docker.io/library/postgres:18\b", compose["services"]["database"]["image"])


def test_what_services_refer_to_is_there(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert set(service.get("secrets", ())) <= set(compose["secrets"]), name
        assert set(service.get("depends_on", ())) <= set(compose["services"]), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).is_file(), source
            else:
                assert source in compose["volumes"], source
        for needed, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy" and needed != "kexin":  # that one's is in its image
                assert "healthcheck" in compose["services"][needed], needed
    assert "HEALTHCHECK" in (DEPLOY / "Containerfile").read_text(encoding="utf-8")


def test_only_migrating_signs_in_as_the_owner(compose: dict[str, Any]) -> None:
    assert compose["services"]["migrate"]["secrets"] == ["owner"]
    assert compose["services"]["kexin"]["secrets"] == ["app", "portal"]
    assert "kexin_portal:" in compose["services"]["kexin"]["command"][-1]
    assert "kexin_app:" in compose["services"]["kexin"]["command"][-1]


def test_commands_exist(compose: dict[str, Any]) -> None:
    texts = [" ".join(service.get("command", ())) for service in compose["services"].values()]
    texts += [unit.read_text(encoding="utf-8").partition("ExecStart=")[2].splitlines()[0] for unit in UNITS]
    called = [name for text in texts for name in re.findall(r"(?:exec|/)\s?kexin (\w+)", text)]
    assert len(called) == 4
    assert set(called) <= set(COMMANDS)


def test_the_container_copies_what_exists() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_well_formed_and_unprivileged(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, encoding="utf-8")
    assert parser["Service"]["User"] == "kexin"
    assert parser["Service"]["NoNewPrivileges"] == "yes"
    assert parser["Service"]["ProtectSystem"] == "strict"


def test_the_wall_of_nginx_stands_behind_the_limit_of_the_policy() -> None:
    text = (DEPLOY / "nginx" / "kexin.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    wall, portal = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(portal) == 1, "customers upload nothing"
    policies = yaml.safe_load((ROOT / "kexin" / "core" / "policies.yaml").read_text(encoding="utf-8"))
    listed = policies if isinstance(policies, list) else policies["policies"]
    (limit,) = (each["values"]["largest_upload_mb"] for each in listed if each["code"] == "core.imports")
    assert int(wall) > limit


def test_no_secret_lies_in_the_tree() -> None:
    assert not list(DEPLOY.rglob("*.key"))
    assert not list(DEPLOY.rglob("*.password"))
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8")
