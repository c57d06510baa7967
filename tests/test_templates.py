"""Rules for the templates: fragments and pages are told apart by name, and djlint formats them."""

import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
MAX_LINE_LENGTH = 120


def templates() -> dict[str, str]:
    """Return the source of each template by its name."""
    return {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}


def named_in(tag: str) -> set[str]:
    """Return the templates that `{% tag "…" %}` names anywhere."""
    return {name for source in templates().values() for name in re.findall(rf'{{% {tag} "([^"]+)"', source)}


def is_fragment(name: str) -> bool:
    return Path(name).name.startswith("_")


def test_included_templates_are_fragments():
    assert {name for name in named_in("include") if not is_fragment(name)} == set()


def test_fragments_extend_no_template():
    assert {name for name, source in templates().items() if is_fragment(name) and "{% extends" in source} == set()


def test_lines_are_short():
    long = {
        f"{name}:{number}"
        for name, source in templates().items()
        for number, line in enumerate(source.splitlines(), start=1)
        if len(line) > MAX_LINE_LENGTH
    }
    assert long == set()


def test_djlint_has_nothing_to_reformat():
    command = [sys.executable, "-m", "djlint", "--check", str(TEMPLATES)]
    result = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
