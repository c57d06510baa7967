"""NOTICE names every third-party part with its licence."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from photosearch.embedded import elasticsearch_download

ROOT = Path(__file__).resolve().parent.parent
NOTICE = (ROOT / "NOTICE").read_text()
LISTS = ["requirements.txt", "requirements-binaries.txt", "requirements-dev.txt", "constraints.txt"]


def pins() -> list[Requirement]:
    """Return the requirements of all lists, without hashes and comments."""
    lines = [re.split(r"\s+[#-]", line)[0] for name in LISTS for line in (ROOT / name).read_text().splitlines()]
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def test_names_the_licence_of_every_pinned_package():
    rows = dict(re.findall(r"^(\S+) (\S+) {2,}\S", NOTICE.partition("Python packages")[2], re.MULTILINE))
    assert len(rows) > 150
    assert rows == {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins()}


def test_names_the_versions_of_elasticsearch():
    assert f"Elasticsearch {elasticsearch_download.VERSION}" in NOTICE
    assert elasticsearch_download.FALLBACK_VERSION in NOTICE


def test_names_files_that_exist():
    mentioned = re.findall(r"\(((?:photosearch|gallery|search)/[^)]*)\)", NOTICE)
    assert len(mentioned) == 4
    assert [path for path in mentioned if not (ROOT / path).exists()] == []


def test_licence_is_the_whole_apache_licence():
    text = (ROOT / "LICENSE").read_text()
    assert "END OF TERMS AND CONDITIONS" in text
    assert [f"{number}. " in text for number in range(1, 10)] == [True] * 9
    assert len(text.split()) == 1581
