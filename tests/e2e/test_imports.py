"""Imports each kind of source through the pages, finds its pictures by search and undoes the import."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.import_trees import TREES, Tree, archive_of
from tests.e2e.person import Person
from tests.e2e.site import Site

PATIENCE = 60_000  # milliseconds; the worker may be busy


@pytest.fixture
def tree(request: pytest.FixtureRequest, site: Site) -> Tree:
    """The tree of the source, written below the import root."""
    tree = TREES[request.param]
    tree.make(site.pictures / request.param)
    return tree


# The rules of each source have tests of their own; all of them take a minute here.
SHORT = ("takeout",)
SOURCES = [
    pytest.param(name, name, marks=() if name in SHORT else pytest.mark.soak) for name in TREES if name != "dingtalk"
]


@pytest.mark.parametrize(("source", "tree"), SOURCES, indirect=["tree"])
def test_imports_finds_and_undoes_folder(person: Person, source: str, tree: Tree) -> None:
    open_folder(person, source)
    person.page.get_by_role("button", name="Preview import").click()
    expect(state(person)).to_have_text("preview ready", timeout=PATIENCE)
    person.page.get_by_role("button", name="Import", exact=True).click()
    follow(person, tree)


def test_imports_finds_and_undoes_uploaded_archive(person: Person) -> None:
    tree = TREES["dingtalk"]
    person.page.goto("/imports/new")
    files: Any = [{"name": "office.zip", "mimeType": "application/zip", "buffer": archive_of(tree.files)}]
    person.page.get_by_label("Archive (zip, tgz, tar)").set_input_files(files)
    person.page.get_by_role("button", name="Import now").click()
    follow(person, tree)


def test_rejects_file_that_is_no_archive(person: Person) -> None:
    person.page.goto("/imports/new")
    files: Any = [{"name": "office.zip", "mimeType": "application/zip", "buffer": b"PK and nothing else"}]
    person.page.get_by_label("Archive (zip, tgz, tar)").set_input_files(files)
    person.page.get_by_role("button", name="Import now").click()
    expect(person.page.get_by_role("region", name="Upload")).to_contain_text("is not a zip archive")


def open_folder(person: Person, folder: str) -> None:
    """Open the folder in the folder browser."""
    person.page.goto("/imports")
    person.page.get_by_role("link", name="New import").click()
    # Administrators see whole paths.
    person.page.get_by_role("link", name=str(person.site.pictures), exact=True).click()
    person.page.get_by_role("link", name=folder, exact=True).click()
    expect(person.page.locator(".breadcrumbs b")).to_have_text(folder)


def state(person: Person) -> Any:
    """Return the locator of the import's state."""
    return person.page.locator("#import .state")


def follow(person: Person, tree: Tree) -> None:
    """Wait until the import has finished, check its results and undo it."""
    expect(state(person)).to_have_text("finished", timeout=PATIENCE)
    address = person.page.url
    with person.page.expect_navigation():
        person.page.get_by_role("link", name="All files").click()
    rows = person.page.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].slice(0, 2).map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()))"
    )
    assert dict(rows) == tree.verdicts
    person.finds(tree.words, tree.filename, seconds=60)
    person.open_photo(tree.filename)
    about = person.page.locator(".photo-information")
    for detail in tree.details:
        expect(about.get_by_text(detail).or_(about.locator(f"textarea:text-is('{detail}')")).first).to_be_visible()
    person.page.goto(address)
    person.page.get_by_role("button", name="Undo import…").click()
    person.page.get_by_role("button", name="Undo import", exact=True).click()
    expect(state(person)).to_have_text("undone", timeout=PATIENCE)
    assert person.site.inside("photos_called", tree.filename) == 0
    assert tree.filename not in person.look_for(tree.words)


def test_keeps_source_folders_unchanged(site: Site) -> None:
    """Importing and undoing leaves the source files unchanged."""
    for name, tree in TREES.items():
        folder = site.pictures / name
        if folder.exists() and not tree.archives:
            found = {str(path.relative_to(folder)): path.read_bytes() for path in files_below(folder)}
            assert found == tree.files


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
