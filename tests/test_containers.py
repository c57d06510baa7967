"""Dockerfile, compose.yaml and .env.example agree with the code. Images are not built here."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from photosearch.embedded.programs import Listener, our_programs

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "photosearch"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
INSTRUCTIONS = re.findall(r"^([A-Z]+) (.*)$", DOCKERFILE, flags=re.MULTILINE)
EXAMPLE = (ROOT / ".env.example").read_text()


def test_containers_run_programs_of_supervisor():
    everywhere = {"listener": Listener("0.0.0.0", 8000), "assistants": Listener("0.0.0.0", 8001)}  # noqa: S104
    programs = our_programs(ROOT, sockets=Path("/var/lib/photosearch/run/front"), **everywhere)
    assert set(OURS) - {"prepare"} == {program.name for program in programs}
    for program in programs:
        arguments = [str(argument) for argument in program.command[1:] if argument != "-m"]
        image_command = " ".join(yaml.safe_load(dict(INSTRUCTIONS)["CMD"]))
        words = shlex.split(SERVICES[program.name].get("command", image_command))
        assert [word for word in words if word not in {"python", "-m"}] == arguments
        assert ("cpu_shares" in SERVICES[program.name]) == program.is_background


@pytest.mark.parametrize("name", OURS)
def test_container_commands_exist(name):
    words = shlex.split(SERVICES[name].get("command", ""))
    assert not words or words[1] == "-m" or words[2] in get_commands()


def test_publishes_only_site_and_only_on_loopback():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "front": ["127.0.0.1:8000:8000"],
        "assistant": ["127.0.0.1:8001:8001"],
    }


def test_contains_no_passwords():
    text = (ROOT / "compose.yaml").read_text()
    passwords = re.findall(r"^ *\w*(?:PASSWORD|SECRET_KEY|AUTH): (.*)$", text, flags=re.MULTILINE)
    passwords += re.findall(r"//[^:/\s]*:([^@\n]+)@", text)
    assert len(passwords) == 7
    assert all(re.fullmatch(r"\$\{[A-Z_]+:\?set it in \.env\}", password) for password in passwords)


def test_servers_have_health_checks_and_volumes():
    servers = set(SERVICES) - set(OURS)
    assert set(SERVICES["prepare"]["depends_on"]) == servers
    for name in servers:
        assert SERVICES[name]["healthcheck"]["test"]
        assert SERVICES[name]["volumes"][0].partition(":")[0] in COMPOSE["volumes"]
    for name in set(OURS) - {"prepare"}:
        assert SERVICES[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_postgres_has_shared_memory_for_parallel_builds():
    setting = re.search(r"maintenance_work_mem=(\d+)GB", SERVICES["postgres"]["command"])
    assert setting
    assert int(SERVICES["postgres"]["shm_size"].removesuffix("gb")) > int(setting[1])


def test_runs_no_process_as_root():
    users = [argument for instruction, argument in INSTRUCTIONS if instruction == "USER"]
    assert users[-1] not in {"root", "0"}
    assert [instruction for instruction, _ in INSTRUCTIONS].index("USER") < len(INSTRUCTIONS) - 1
    assert all(SERVICES[name]["cap_drop"] == ["ALL"] for name in OURS)


def test_pins_image_versions():
    images = [argument for instruction, argument in INSTRUCTIONS if instruction == "FROM"]
    images += re.findall(r"FROM (\S+)", SERVICES["elasticsearch"]["build"]["dockerfile_inline"])
    images += [service["image"] for service in SERVICES.values() if "build" not in service]
    assert all(re.search(r":[^:]*\d", image) for image in images)


def test_example_lists_every_setting():
    modules = [ROOT / "photosearch" / name for name in ("environment.py", "login_settings.py", "settings.py")]
    settings = {name for path in modules for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', path.read_text())}
    settings |= {"DATABASE_URL", "BIND", "ASSISTANT_BIND", "ADMIN_USERNAME", "ADMIN_PASSWORD"}
    passwords = set(re.findall(r"\$\{([A-Z_]+):", (ROOT / "compose.yaml").read_text()))
    listed = re.findall(r"^# ([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE)
    assert sorted(listed) == sorted(settings | passwords)


def test_example_contains_only_comments():
    assert all(not line or line.startswith("#") for line in EXAMPLE.splitlines())
