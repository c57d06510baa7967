"""Uploads from any page: folders, duplicates, pausing and cancelling, and the list of uploads."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gallery.models import Photo, Witness
from gallery.photos.trash import move_to_trash
from gallery.sources.dates_in_names import local_time
from tests.browser.driving import DESK, SMALL_TELEPHONE, drop_files, wait_until
from tests.browser.uploading import posts, summary
from tests.drawing import picture


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with pictures, a subfolder, and files that systems create."""
    folder = tmp_path / "holiday"
    (folder / "beach").mkdir(parents=True)
    (folder / "@eaDir").mkdir()
    for number, name in enumerate(("a.png", "beach/b.png", "@eaDir/thumb.png", ".hidden.png")):
        (folder / name).write_bytes(picture(number))
    (folder / "notes.txt").write_text("words")
    (folder / "Thumbs.db").write_bytes(b"x")
    return folder


@pytest.mark.parametrize("path", ["/", "/account", "/upload", "/search?q=x", "/photos/0"])
def test_uploads_pictures_dropped_on_any_page(open_page, path):
    page = open_page(path)
    drop_files(page, {"a.png": picture(1), "b.png": picture(2)})
    expect(summary(page)).to_have_text("2 added")
    assert Photo.objects.count() == 2


def test_uploads_dropped_folder(open_page, folder):
    page = open_page("/account")
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 400, "data": data})
    expect(summary(page)).to_have_text("2 added · 1 failed")
    assert set(Photo.objects.values_list("filename", flat=True)) == {"a.png", "b.png"}
    row = page.locator("#uploads li").filter(has_text="notes.txt")
    expect(row).to_contain_text("This file is not a picture in a supported format")


def test_shows_full_messages_on_telephone(open_page):
    page = open_page("/account", viewport=SMALL_TELEPHONE)
    drop_files(page, {f"{'long-name-' * 12}.txt": b"words", "a.png": picture(1)})
    expect(summary(page)).to_have_text("1 added · 1 failed")
    panel = page.locator("#uploads").bounding_box()
    for told in page.locator("#uploads [data-outcome]").all():
        box = told.bounding_box()
        assert box["x"] + box["width"] <= panel["x"] + panel["width"]


def test_uploads_selected_folder_without_leaving_page(open_page, folder):
    written = datetime(2010, 5, 1, 18, 30, tzinfo=UTC)
    os.utime(folder / "beach" / "b.png", (written.timestamp(), written.timestamp()))
    page = open_page("/account")
    page.get_by_role("link", name="Upload").click()
    expect(page.get_by_text("Drop pictures or folders anywhere on this page")).to_be_visible()
    page.get_by_label("Select a folder").set_input_files(folder)
    expect(summary(page)).to_have_text("2 added · 1 failed")
    expect(page.locator("#uploads li").filter(has_text="holiday/beach/b.png")).to_contain_text("Added")
    assert page.url.endswith("/account")
    dated = Photo.objects.get(filename="b.png")
    assert (dated.taken_at, dated.date_source) == (local_time(written)[0], Witness.FILE)


def test_sends_no_duplicates(open_page, show):
    known = show(picture(1), filename="known.png")
    page = open_page("/account")
    sent = posts(page)
    drop_files(page, {"again.png": picture(1), "once more.png": picture(1)})
    expect(summary(page)).to_have_text("2 duplicates")
    assert page.get_by_role("link", name="again.png").first.get_attribute("href") == f"/photos/{known.pk}"
    assert [url.rpartition("/")[2] for url in sent] == ["known"]

    move_to_trash(Photo.objects.all(), user=known.owner)
    drop_files(page, {"again.png": picture(1)})
    expect(summary(page)).to_have_text("1 restored from the trash")


def test_pauses_resumes_and_cancels(open_page):
    page = open_page("/account")
    page.route("**/uploads", lambda route: None)  # never answered
    drop_files(page, {f"{number}.png": picture(number) for number in range(5)})
    expect(page.locator("#uploads li")).to_have_count(5)
    expect(page.locator("#uploads [data-amounts]")).to_contain_text("0 of 5 files")
    page.get_by_role("button", name="Pause").click()
    expect(summary(page)).to_have_text("Paused")
    page.unroute("**/uploads")
    page.get_by_role("button", name="Cancel 4.png").click()
    page.get_by_role("button", name="Resume").click()
    # A request that the pause broke off may have reached the server anyway; then its file is stored already.
    expect(summary(page)).to_contain_text("1 cancelled")
    assert set(Photo.objects.values_list("filename", flat=True)) == {f"{number}.png" for number in range(4)}

    page.get_by_role("button", name="Close").click()
    expect(page.locator("#uploads")).to_be_hidden()
    page.route("**/uploads", lambda route: None)
    drop_files(page, {f"{number}.png": picture(number) for number in range(10, 13)})
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(summary(page)).to_have_text("3 cancelled")
    assert Photo.objects.count() == 4


def test_cancels_files_during_comparison(open_page):
    page = open_page("/account")
    page.route("**/uploads/known", lambda route: None)
    drop_files(page, {"a.png": picture(1), "b.png": picture(2)})
    expect(page.locator("#uploads li")).to_have_count(2)
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(summary(page)).to_have_text("2 cancelled")


def test_lists_failures_first_and_stays_after_them(open_page, show):
    show(picture(1), filename="known.png")
    page = open_page("/account")
    drop_files(page, {"new.png": picture(2), "again.png": picture(1), "notes.txt": b"words"})
    expect(summary(page)).to_have_text("1 added · 1 duplicate · 1 failed")
    expect(page.locator("#uploads li .name")).to_have_text(["notes.txt", "again.png", "new.png"])


def test_folds_away_and_counts_photos_being_read(open_page):
    page = open_page("/account", viewport=SMALL_TELEPHONE)
    page.clock.install()
    drop_files(page, {f"{number}.png": picture(number) for number in range(12)})
    expect(summary(page)).to_have_text("12 added")
    panel = page.locator("#uploads")
    assert panel.bounding_box()["height"] <= SMALL_TELEPHONE["height"] / 2
    expect(page.locator("#reading")).to_have_text("12 photos are still being read")
    page.clock.run_for(9_000)
    expect(panel).to_be_hidden()
    Photo.objects.order_by("pk").last().delete()
    page.clock.run_for(6_000)
    expect(page.locator("#reading")).to_have_text("11 photos are still being read")
    Photo.objects.all().delete()
    page.clock.run_for(6_000)
    expect(page.locator("#reading")).to_be_hidden()


def test_sends_three_files_at_a_time(open_page):
    page = open_page("/account")
    sending = []
    page.route("**/uploads", lambda route: sending.append(route))
    drop_files(page, {f"{number}.png": picture(number) for number in range(6)})
    expect(page.locator("#uploads li")).to_have_count(6)
    for count in (3, 4):
        wait_until(page, lambda count=count: len(sending) >= count, otherwise=f"{len(sending)} are sent, not {count}")
        # This request comes after all previous ones of the page.
        page.evaluate("fetch('/health').then((answer) => answer.text())")
        assert len(sending) == count
        sending[count - 3].continue_()


def test_warns_before_leaving_page_during_upload(open_page):
    page = open_page("/account")
    warnings = []
    page.on("dialog", lambda dialog: (warnings.append(dialog.type), dialog.accept()))
    page.route("**/uploads", lambda route: None)
    page.get_by_role("heading", level=1).click()  # without a gesture no browser warns
    drop_files(page, {"a.png": picture(1)})
    expect(summary(page)).to_have_text("Uploading…")
    page.goto("/")
    assert warnings == ["beforeunload"]


def test_sends_files_unhashed_without_secure_context(open_page, show):
    show(picture(1))
    page = open_page("/account")
    page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
    sent = posts(page)
    drop_files(page, {"again.png": picture(1)})
    expect(summary(page)).to_have_text("1 duplicate")
    assert [url.rpartition("/")[2] for url in sent] == ["uploads"]


def test_upload_summary_is_chinese(open_page, show):
    show(picture(1))
    page = open_page("/account", locale="zh-CN")
    drop_files(page, {"again.png": picture(1), "new.png": picture(2), "notes.txt": b"words"})
    expect(summary(page)).to_have_text("新增 1 张 · 1 张重复 · 1 个上传失败")


@pytest.mark.parametrize("size", [DESK, {"width": 320, "height": 640}], ids=["desk", "telephone"])
def test_upload_list_fits_page(open_page, size):
    page = open_page("/", viewport=size)
    page.route("**/uploads", lambda route: None)
    drop_files(page, {f"{'long-name-' * 12}{number}.png": picture(number) for number in range(30)})
    expect(page.locator("#uploads li")).to_have_count(30)
    box = page.locator("#uploads").bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["y"] + box["height"] <= size["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
