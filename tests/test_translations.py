"""Every message has a Chinese translation, and the compiled catalogues match their sources."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.contrib import admin, auth
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
PACKAGES = ("photosearch", "gallery", "search")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def python_strings(source: str) -> Iterator[str]:
    """Yield the string literals passed to gettext functions."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="_" | "gettext" | "gettext_lazy"), args=[ast.Constant(value=str(text)), *_]):
                yield text
            case ast.Call(func=ast.Name(id="pgettext"), args=[_context, ast.Constant(value=str(text)), *_]):
                yield text
            case ast.Call(func=ast.Name(id="ngettext" | "ngettext_lazy"), args=[ast.Constant(value=str(text)), *_]):
                yield text


def template_strings(source: str) -> Iterator[str]:
    """Yield the strings of {% translate %}, {% blocktranslate %} and _("…"), through Django's templatize."""
    for call in re.findall(
        r"""gettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")[,)]|_\(("[^"]*"|'[^']*')\)""", templatize(source)
    ):
        yield ast.literal_eval("".join(call))


def script_strings(source: str) -> Iterator[str]:
    yield from re.findall(r'gettext\("([^"]*)"[,)]', source)


def translation(entry: polib.POEntry) -> str:
    """Return the translation; Chinese has a single plural form."""
    return entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr


def used(domain: str) -> set[str]:
    """Return all messages of the source."""
    if domain == "djangojs":
        return {text for path in (ROOT / "static").rglob("*.js") for text in script_strings(path.read_text())}
    modules = [
        path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
    ]
    strings = {text for path in modules for text in python_strings(path.read_text())}
    return strings | {
        text for path in (ROOT / "templates").rglob("*.html") for text in template_strings(path.read_text())
    }


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_translates_every_message(domain):
    catalogue = polib.pofile(str(CATALOGUES / f"{domain}.po"))
    translated = {entry.msgid for entry in catalogue.translated_entries()}
    strings = used(domain)
    assert len(strings) > 5
    assert strings - translated == set()
    assert [entry.msgid for entry in [*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()]] == []
    assert translated - strings == set(), "no longer used"


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_keeps_placeholders(domain):
    for entry in polib.pofile(str(CATALOGUES / f"{domain}.po")):
        assert sorted(PLACEHOLDER.findall(entry.msgid)) == sorted(PLACEHOLDER.findall(translation(entry))), entry.msgid


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_translations_contain_chinese(domain):
    for entry in polib.pofile(str(CATALOGUES / f"{domain}.po")):
        assert re.search(r"[\u4e00-\u9fff]", translation(entry)), entry.msgid


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_translations_address_users_formally(domain):
    for entry in polib.pofile(str(CATALOGUES / f"{domain}.po")):
        assert "你" not in translation(entry), entry.msgid


def test_overridden_messages_are_django_messages():
    folders = [Path(package.__file__).parent for package in (admin, auth)]
    catalogues = [polib.pofile(str(folder / "locale" / "en" / "LC_MESSAGES" / "django.po")) for folder in folders]
    messages = {entry.msgid for catalogue in catalogues for entry in catalogue}
    source = (ROOT / "photosearch" / "django_messages.py").read_text()
    assert set(python_strings(source)) - messages == set()


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_compiled_catalogue_matches_source(domain):
    source = polib.pofile(str(CATALOGUES / f"{domain}.po"))
    compiled = polib.mofile(str(CATALOGUES / f"{domain}.mo"))
    assert {(entry.msgctxt, entry.msgid): translation(entry) for entry in compiled} == {
        (entry.msgctxt, entry.msgid): translation(entry) for entry in source
    }
