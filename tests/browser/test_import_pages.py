"""A folder is selected, previewed, imported and undone in a browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery.bulk_import.run import run_job
from gallery.models import ImportJob, Photo
from tests.browser.driving import SMALL_TELEPHONE, follow, settle
from tests.drawing import picture
from tests.folders import write_file


def work() -> None:
    for job in ImportJob.objects.filter(state__in=ImportJob.BUSY_STATES):
        run_job(job.pk)


# Also a journey in tests/e2e.
@pytest.mark.soak
def test_imports_folder_and_undoes_it(
    open_page: Callable[..., Page], settings: Any, tmp_path: Path, broker: Any
) -> None:
    settings.IMPORT_ROOTS = [str(tmp_path / "family")]
    for number in range(12):
        write_file(
            tmp_path / "family" / "2019 Italy" / f"IMG_2019061{number % 10}_12000{number % 10}_{number}.png",
            picture(number),
        )
    write_file(tmp_path / "family" / "2020 Winter" / "broken.png", b"nothing")
    write_file(tmp_path / "family" / "2019 Italy" / "again.png", picture(1))
    page = open_page("/imports")
    follow(page, page.get_by_role("link", name="New import"))
    page.get_by_role("link", name="family", exact=True).click()
    expect(page.get_by_role("link", name="2020 Winter")).to_be_visible()
    page.get_by_text("More options").click()
    follow(page, page.get_by_role("button", name="Preview import"))
    expect(page.locator("#import .state")).to_have_text("creating preview")
    work()
    expect(page.locator("#import .state")).to_have_text("preview ready")
    assert not Photo.objects.exists()
    page.get_by_role("button", name="Import").click()
    expect(page.locator("#import .state")).to_have_text("running")
    work()
    expect(page.locator("#import .state")).to_have_text("finished")
    assert Photo.objects.count() == 12
    follow(page, page.get_by_role("link", name="All files"))
    page.get_by_role("link", name="unreadable").click()
    settle(page)
    expect(page.get_by_role("row")).to_have_count(2)
    page.wait_for_url("**verdict=failed")
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(15)
    expect(page.locator("#search [name=q]")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Undo import…").click()
    page.get_by_role("button", name="Undo import", exact=True).click()
    expect(page.locator("#import .state")).to_have_text("being undone")
    work()
    expect(page.locator("#import .state")).to_have_text("undone")
    assert not Photo.objects.exists()


def test_updates_running_import_and_keeps_focus(open_page: Callable[..., Page], owner: Any, broker: Any) -> None:
    job = ImportJob.objects.create(
        owner=owner, started_by=owner, roots=["/pictures"], expected_files=100, import_counts={"new": 1}
    )
    page = open_page(f"/imports/{job.pk}")
    pause = page.get_by_role("button", name="Pause")
    pause.focus()
    asked = f"**/imports/{job.pk}?state=running"
    with page.expect_response(asked):
        page.route(asked, lambda route: route.fulfill(status=204))
    page.unroute(asked)
    ImportJob.objects.update(import_counts={"new": 57})
    expect(page.get_by_text("57 of 100 files")).to_be_visible()
    expect(pause).to_be_focused()
    page.keyboard.press("Enter")
    state = page.locator("#import .state")
    expect(state).to_have_text("paused")
    expect(state).to_be_focused()
    page.get_by_role("button", name="Resume").click()
    expect(state).to_have_text("running")
    # The import finishes, and the buttons change.
    news = page.get_by_role("status").and_(page.locator("#import-news"))
    expect(news).to_have_text("")
    kept = news.element_handle()
    ImportJob.objects.update(state="finished")
    expect(state).to_have_text("finished")
    # Announced by an element that exists since the page loaded.
    expect(news).to_have_text("finished")
    assert kept.evaluate("element => element.isConnected && element.textContent") == "finished"
    expect(pause).to_have_count(0)
    expect(page.locator("#import")).to_have_count(1)


def test_import_pages_fit_small_telephone(
    open_page: Callable[..., Page], settings: Any, tmp_path: Path, owner: Any
) -> None:
    long = tmp_path / "a folder with quite a long name" / "and another one inside of it"
    write_file(long / ("x" * 120 + ".png"), picture(1))
    settings.IMPORT_ROOTS = [str(tmp_path)]
    job = ImportJob.objects.create(owner=owner, started_by=owner, roots=[str(long)])
    run_job(job.pk)
    pages = ("/imports", f"/imports/new?folder={long.parent}", f"/imports/{job.pk}", f"/imports/{job.pk}/files")
    for address in pages:
        page = open_page(address, viewport=SMALL_TELEPHONE, locale="zh-CN")
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL_TELEPHONE["width"], address
