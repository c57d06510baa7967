"""The form of a new import uploads archives in pieces, and resumes after interruptions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from gallery.bulk_import.run import run_job
from gallery.models import ImportJob, PartialUpload, Photo
from tests.browser.driving import drop_files, follow
from tests.browser.uploading import large_picture, posts
from tests.drawing import picture
from tests.folders import archive_of, write_file

PIECE = 4 * 1024 * 1024
LOST = "Connection lost. The upload will resume by itself."


@pytest.fixture
def takeout(tmp_path: Path) -> Path:
    """An archive of 2.5 pieces."""
    return write_file(tmp_path / "Takeout.zip", archive_of(large_picture()))


def select_file(page: Page, archive: Path) -> None:
    page.get_by_label("Archive (zip, tgz, tar)").set_input_files(archive)


def summary(page: Page) -> Locator:
    return page.locator("[data-sending] [role=status]")


def break_connection(page: Page) -> None:
    """Break the connection after the first piece."""

    def answer(route: Route) -> None:
        if route.request.method == "PATCH":
            route.abort()
        else:
            route.continue_()

    page.route("**/imports/uploads/*", answer)


def mend_connection(page: Page) -> None:
    page.unroute("**/imports/uploads/*")


def finish() -> None:
    run_job(ImportJob.objects.get().pk)


def test_resumes_archive_after_lost_connection(open_page: Callable[..., Page], takeout: Path, broker: Any) -> None:
    page = open_page("/imports/new")
    select_file(page, takeout)
    break_connection(page)
    page.get_by_role("button", name="Import now").click()
    expect(summary(page)).to_have_text(LOST)
    expect(page.get_by_role("progressbar", name="Progress")).not_to_have_js_property("value", 0)
    amounts = page.locator("[data-sending] [data-amounts]")
    expect(amounts).to_have_text("4.2 MB of 9.6 MB · 44%")
    expect(page.get_by_role("button", name="Import now")).to_be_disabled()
    assert PartialUpload.objects.get().offset == PIECE
    sent = posts(page)
    mend_connection(page)
    expect(page.locator("#import .state")).to_have_text("running")
    expect(page.get_by_role("heading", name="Takeout.zip")).to_be_visible()
    assert not [address for address in sent if address.endswith("/uploads")], "the first piece was not sent again"
    finish()
    assert Photo.objects.get().path.read_bytes() == large_picture()


def test_resumes_same_archive_after_leaving_page(open_page: Callable[..., Page], takeout: Path, broker: Any) -> None:
    page = open_page("/imports/new")
    select_file(page, takeout)
    break_connection(page)
    page.get_by_role("button", name="Preview import").click()
    expect(summary(page)).to_have_text(LOST)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    mend_connection(page)
    sent = posts(page)
    select_file(page, takeout)
    page.get_by_role("button", name="Preview import").click()
    expect(page.locator("#import .state")).to_have_text("creating preview")
    assert not [address for address in sent if address.endswith("/uploads")]
    assert ImportJob.objects.get().name == "Takeout.zip"


def test_restarts_archive_that_server_deleted(open_page: Callable[..., Page], takeout: Path, broker: Any) -> None:
    page = open_page("/imports/new")
    select_file(page, takeout)
    break_connection(page)
    page.get_by_role("button", name="Import now").click()
    expect(summary(page)).to_have_text(LOST)
    PartialUpload.objects.all().delete()
    mend_connection(page)
    expect(page.locator("#import .state")).to_have_text("running")
    finish()
    assert Photo.objects.get().path.read_bytes() == large_picture()


def test_keeps_uploaded_archive_after_form_error(open_page: Callable[..., Page], takeout: Path, broker: Any) -> None:
    page = open_page("/imports/new")
    select_file(page, takeout)
    page.get_by_text("More options").click()
    patterns = page.get_by_label("Skip paths that match these patterns")
    patterns.fill("!")
    follow(page, page.get_by_role("button", name="Import now"))
    expect(page.get_by_role("alert")).to_have_text("“!” is not a valid pattern.")
    expect(page.get_by_text("“Takeout.zip” uploaded.")).to_be_visible()
    sent = posts(page)
    patterns.fill("")
    page.get_by_role("button", name="Import now").click()
    expect(page.locator("#import .state")).to_have_text("running")
    assert [address for address in sent if "/imports/" in address] == [f"{page.url.rpartition('/')[0]}/new"]


def test_discards_uploaded_archive(open_page: Callable[..., Page], takeout: Path) -> None:
    page = open_page("/imports/new")
    select_file(page, takeout)
    page.get_by_text("More options").click()
    page.get_by_label("Skip paths that match these patterns").fill("!")
    follow(page, page.get_by_role("button", name="Import now"))
    with page.expect_response(lambda response: response.request.method == "DELETE"):
        page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("“Takeout.zip” uploaded.")).to_have_count(0)
    assert not PartialUpload.objects.exists()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("alert")).to_have_text("Select a folder or an archive.")


def test_cancelling_deletes_archive_on_server(open_page: Callable[..., Page], takeout: Path) -> None:
    page = open_page("/imports/new")
    select_file(page, takeout)
    break_connection(page)
    page.get_by_role("button", name="Preview import").click()
    expect(summary(page)).to_have_text(LOST)
    mend_connection(page)
    with page.expect_response(lambda response: response.request.method == "DELETE"):
        page.get_by_role("button", name="Cancel").click()
    expect(summary(page)).to_have_text("Cancelled")
    assert not PartialUpload.objects.exists()
    expect(page.get_by_role("button", name="Preview import")).to_be_enabled()
    assert page.evaluate("localStorage.length") == 0


def test_rejects_other_files_at_first_piece(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("/imports/new")
    select_file(page, write_file(tmp_path / "a.zip", bytes(3 * PIECE)))
    sent = posts(page)
    page.get_by_role("button", name="Import now").click()
    expect(summary(page)).to_have_text("“a.zip” is not a zip archive or tar archive, or it is damaged.")
    assert len(sent) == 1
    assert not ImportJob.objects.exists()


def test_selects_dropped_archive(open_page: Callable[..., Page], broker: Any) -> None:
    page = open_page("/imports/new")
    drop_files(page, {"phone.zip": archive_of(picture(1))})
    expect(page.get_by_label("Archive (zip, tgz, tar)")).to_be_focused()
    page.get_by_role("button", name="Preview import").click()
    expect(page.locator("#import .state")).to_have_text("creating preview")
    assert ImportJob.objects.get().name == "phone.zip"


def test_uploads_archive_with_form_without_scripts(open_page: Callable[..., Page], takeout: Path, broker: Any) -> None:
    page = open_page("/imports/new", java_script_enabled=False)
    select_file(page, takeout)
    page.get_by_role("button", name="Preview import").click()
    expect(page.get_by_role("heading", name="Takeout.zip")).to_be_visible()
    assert not PartialUpload.objects.exists()
