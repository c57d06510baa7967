"""Documents, docstrings, comments and messages follow the rules of tests/wording.py."""

import re
from pathlib import Path

import pytest

from tests.wording import CHECKED, find_offences, project_files, short_docstrings

ROOT = Path(__file__).resolve().parent.parent
# A file with one sentence, and the rule that it breaks.
OFFENCES = [
    ("a.py", '"""What a photo shows."""', "begins with 'What'"),
    ("a.py", '"""Photos."""\n\n# So many\n# at once.\nLIMIT = 3\n', "begins with 'So many'"),
    ("a.py", '"""Photos."""\n\nLIMIT = 3  # Whoever asks\n', "begins with 'Whoever'"),
    ("a.py", '"""Photos."""\n\nraise Error(_("How many bytes"))\n', "begins with 'How'"),
    ("a.py", '"""Photos that nobody has seen."""', "has 'nobody'"),
    ("a.py", '"""Photos."""\n\ndef test_a_user_is_told():\n    pass\n', "has 'is told'"),
    ("a.py", '"""Photos."""\n\nbinned = photos\n', "'trash'"),
    ("a.js", "// One for all.\n", "begins with 'One for all'"),
    ("a.js", '/* Nothing but rows. */ gettext("Rows")\n', "begins with 'Nothing but'"),
    ("a.js", 'gettext("Whether it is done")\n', "begins with 'Whether'"),
    ("a.css", "/* The line above what is less likely */\n", "'less relevant'"),
    ("a.html", "{# What is shown #}\n", "begins with 'What'"),
    ("a.html", '{% load i18n %}{% translate "Somebody" %}\n', "begins with 'Somebody'"),
    ("a.html", '<a href="/look-alikes">\n', "'near-duplicate'"),
    ("a.po", 'msgid "Keys for programs"\nmsgstr "密钥"\n', "'API token'"),
    ("a.po", 'msgid "Your photos"\nmsgstr "你的照片"\n', "您"),
    ("a.md", "Photos in the bin.\n", "'trash'"),
    ("a.md", "word " * 21 + "\n", "105 characters"),
]
PLAIN = [
    ("a.py", '"""Whatsoever is a word; what follows is fine."""'),
    ("a.py", '"""Return what the user selected; two photos are told apart by their ids."""'),
    ("a.py", '"""Photos."""\n\nbinary = Path("usr/bin/env")\n'),
    ("a.html", '{% load i18n %}{% translate "What does this photo show?" %}{% translate "How to search" %}\n'),
    ("a.md", "```\nwhat nobody says in the bin\n```\n".replace("the bin", "code")),
    ("a.po", 'msgid "Your photos"\nmsgstr "您的照片"\n'),
]


@pytest.mark.parametrize("name", CHECKED)
def test_follows_the_rules_of_wording(name):
    files = project_files(name)
    assert files
    assert [str(offence) for path in files for offence in find_offences(path)] == []


@pytest.mark.parametrize("package", ["photosearch", "gallery", "search", "benchmarks", "examples", "docs"])
def test_has_no_docstring_without_content(package):
    short = {path: short_docstrings(path) for path in project_files(package)}
    assert [f"{path}:{passage.line}: {passage.text}" for path in short for passage in short[path]] == []


@pytest.mark.parametrize(("name", "source", "rule"), OFFENCES)
def test_finds_offence(tmp_path, monkeypatch, name, source, rule):
    monkeypatch.setattr("tests.wording.ROOT", tmp_path)
    (tmp_path / name).write_text(source)
    assert [offence for offence in find_offences(tmp_path / name) if rule in offence.rule]


@pytest.mark.parametrize(("name", "source"), PLAIN)
def test_accepts_plain_sentence(tmp_path, monkeypatch, name, source):
    monkeypatch.setattr("tests.wording.ROOT", tmp_path)
    (tmp_path / name).write_text(source)
    assert find_offences(tmp_path / name) == []


def test_documents_every_setting():
    modules = [ROOT / "photosearch" / name for name in ("environment.py", "login_settings.py", "settings.py")]
    settings = {name for path in modules for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', path.read_text())}
    listed = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    assert settings <= listed
    assert sorted(documented) == sorted(listed)
