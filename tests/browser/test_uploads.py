"""Uploads from any page: folders, known files, lost connections, killed processes, pause and cancel."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gallery.bin import bin_photos
from gallery.models import PartialUpload, Photo
from photosearch.embedded.provision import free_port
from tests.browser.conftest import DESK, drop_files
from tests.gallery.conftest import picture, process_environment


def large_picture(seed: int = 1) -> bytes:
    """A picture of some pieces of 4 MiB: noise does not shrink."""
    import random
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    noise = random.Random(seed).randbytes(2000 * 1600 * 3)
    Image.frombytes("RGB", (2000, 1600), noise).save(file, "BMP")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of pictures with a folder inside, and with what systems leave there."""
    folder = tmp_path / "holiday"
    (folder / "beach").mkdir(parents=True)
    (folder / "@eaDir").mkdir()
    for number, name in enumerate(("a.png", "beach/b.png", "@eaDir/thumb.png", ".hidden.png")):
        (folder / name).write_bytes(picture(number))
    (folder / "notes.txt").write_text("words")
    (folder / "Thumbs.db").write_bytes(b"x")
    return folder


def summary(page: Page):
    return page.locator("#uploads [data-summary]")


def posts(page: Page) -> list[str]:
    """Fills with the requests of `page` that bring something to the server."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method in {"POST", "PATCH"} else None)
    return sent


@pytest.mark.parametrize("path", ["/", "/account", "/upload", "/search?q=x", "/photos/0"])
def test_pictures_dropped_on_any_page_are_uploaded(open_page, path):
    page = open_page(path)
    drop_files(page, {"a.png": picture(1), "b.png": picture(2)})
    expect(summary(page)).to_have_text("2 added")
    assert Photo.objects.count() == 2


def test_a_folder_is_dropped_with_all_that_is_in_it(open_page, folder):
    page = open_page("/account")
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 400, "data": data})
    expect(summary(page)).to_have_text("2 added · 1 refused")
    assert set(Photo.objects.values_list("filename", flat=True)) == {"a.png", "b.png"}
    row = page.locator("#uploads li").filter(has_text="notes.txt")
    expect(row).to_contain_text("This file is not a picture that can be read")


def test_a_folder_is_chosen_without_leaving_the_page(open_page, folder):
    page = open_page("/account")
    page.get_by_role("link", name="Upload").click()
    expect(page.get_by_text("Drop pictures or folders anywhere on this page")).to_be_visible()
    page.get_by_label("Choose a folder").set_input_files(folder)
    expect(summary(page)).to_have_text("2 added · 1 refused")
    expect(page.locator("#uploads li").filter(has_text="holiday/beach/b.png")).to_contain_text("Added")
    assert page.url.endswith("/account")


def test_what_the_gallery_has_is_not_sent_again(open_page, show):
    known = show(picture(1), filename="known.png")
    page = open_page("/account")
    sent = posts(page)
    drop_files(page, {"again.png": picture(1), "once more.png": picture(1)})
    expect(summary(page)).to_have_text("2 already there")
    assert page.get_by_role("link", name="again.png").first.get_attribute("href") == f"/photos/{known.pk}"
    assert [url.rpartition("/")[2] for url in sent] == ["known"]

    bin_photos(Photo.objects.all(), user=known.owner)
    drop_files(page, {"again.png": picture(1)})
    expect(summary(page)).to_have_text("1 taken out of the bin")


def test_an_upload_goes_on_where_the_connection_broke(open_page):
    page = open_page("/account")
    data = large_picture()
    page.route("**/uploads/*", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    choose(page, "large.bmp", data)
    expect(summary(page)).to_have_text("The connection is lost. The upload goes on when it is back.")
    expect(page.locator("#uploads li")).to_contain_text("Waiting for the connection")
    assert PartialUpload.objects.get().offset == 4 * 1024 * 1024
    sent = posts(page)
    page.unroute("**/uploads/*")
    expect(summary(page)).to_have_text("1 added")
    assert Photo.objects.get().path.read_bytes() == data
    assert not [url for url in sent if url.endswith("/uploads")], "the first piece was not sent again"


def test_a_browser_that_goes_offline_waits(open_page):
    page = open_page("/account")
    page.context.set_offline(True)
    drop_files(page, {"a.png": picture(1)})
    expect(summary(page)).to_have_text("The connection is lost. The upload goes on when it is back.")
    page.context.set_offline(False)
    expect(summary(page)).to_have_text("1 added")


def test_a_file_sent_in_part_is_gone_on_with_after_the_page_was_left(open_page):
    data = large_picture()
    page = open_page("/account")
    page.route("**/uploads/*", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    choose(page, "large.bmp", data)
    expect(summary(page)).to_contain_text("The connection is lost.")
    page.close(run_before_unload=False)

    page = open_page("/")
    sent = posts(page)
    choose(page, "large.bmp", data)
    expect(summary(page)).to_have_text("1 added")
    assert not [url for url in sent if url.endswith("/uploads")]
    assert Photo.objects.get().path.read_bytes() == data


def test_uploads_are_paused_gone_on_with_and_cancelled(open_page):
    page = open_page("/account")
    page.route("**/uploads", lambda route: None)  # never answered
    drop_files(page, {f"{number}.png": picture(number) for number in range(5)})
    expect(page.locator("#uploads li")).to_have_count(5)
    expect(page.locator("#uploads [data-amounts]")).to_contain_text("0 of 5 files")
    page.get_by_role("button", name="Pause").click()
    expect(summary(page)).to_have_text("Paused")
    page.unroute("**/uploads")
    page.get_by_role("button", name="Cancel 4.png").click()
    page.get_by_role("button", name="Go on").click()
    # A request that the pause broke off may have reached the server all the same: then its file is there already.
    expect(summary(page)).to_contain_text("1 cancelled")
    assert set(Photo.objects.values_list("filename", flat=True)) == {f"{number}.png" for number in range(4)}

    page.get_by_role("button", name="Close").click()
    expect(page.locator("#uploads")).to_be_hidden()
    page.route("**/uploads", lambda route: None)
    drop_files(page, {f"{number}.png": picture(number) for number in range(10, 13)})
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(summary(page)).to_have_text("3 cancelled")
    assert Photo.objects.count() == 4


def test_what_is_still_being_compared_is_cancelled_too(open_page):
    page = open_page("/account")
    page.route("**/uploads/known", lambda route: None)
    drop_files(page, {"a.png": picture(1), "b.png": picture(2)})
    expect(page.locator("#uploads li")).to_have_count(2)
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(summary(page)).to_have_text("2 cancelled")


def test_a_cancelled_file_is_forgotten_by_the_server(open_page):
    page = open_page("/account")
    page.route("**/uploads/*", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    choose(page, "large.bmp", large_picture())
    expect(summary(page)).to_contain_text("The connection is lost.")
    with page.expect_response(lambda response: response.request.method == "DELETE"):
        page.get_by_role("button", name="Cancel large.bmp").click()
    expect(summary(page)).to_have_text("1 cancelled")
    assert not PartialUpload.objects.exists()


def test_three_files_are_sent_at_a_time(open_page):
    page = open_page("/account")
    sent = posts(page)
    page.route("**/uploads", lambda route: None)
    drop_files(page, {f"{number}.png": picture(number) for number in range(6)})
    expect(page.locator("#uploads li")).to_have_count(6)
    page.wait_for_timeout(300)
    assert len([url for url in sent if url.endswith("/uploads")]) == 3


def test_leaving_the_page_is_warned_of_while_something_is_sent(open_page):
    page = open_page("/account")
    warnings = []
    page.on("dialog", lambda dialog: (warnings.append(dialog.type), dialog.accept()))
    page.route("**/uploads", lambda route: None)
    page.get_by_role("heading", level=1).click()  # without a gesture no browser warns
    drop_files(page, {"a.png": picture(1)})
    expect(summary(page)).to_have_text("Uploading …")
    page.goto("/")
    assert warnings == ["beforeunload"]


def test_a_session_that_ended_is_said_and_the_upload_goes_on_after_the_login(open_page, owner):
    page = open_page("/account")
    page.context.clear_cookies(name="sessionid")
    drop_files(page, {"a.png": picture(1)})
    expect(summary(page)).to_have_text("You are logged out. Log in in another tab, then go on here.")
    tab = page.context.new_page()
    tab.goto("/login/")
    tab.get_by_label("Username").fill("anna")
    tab.get_by_label("Password").fill("x")
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url("**/")
    page.get_by_role("button", name="Go on").click()
    expect(summary(page)).to_have_text("1 added")


def test_without_a_secure_context_files_are_sent_without_being_hashed(open_page, show):
    show(picture(1))
    page = open_page("/account")
    page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
    sent = posts(page)
    drop_files(page, {"again.png": picture(1)})
    expect(summary(page)).to_have_text("1 already there")
    assert [url.rpartition("/")[2] for url in sent] == ["uploads"]


def test_it_is_all_said_in_chinese(open_page, show):
    show(picture(1))
    page = open_page("/account", locale="zh-CN")
    drop_files(page, {"again.png": picture(1), "new.png": picture(2), "notes.txt": b"words"})
    expect(summary(page)).to_have_text("新增 1 张 · 已有 1 张 · 未接受 1 个")


@pytest.mark.parametrize("size", [DESK, {"width": 320, "height": 640}], ids=["desk", "telephone"])
def test_the_list_of_uploads_fits_the_page(open_page, size):
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


def test_a_killed_web_process_holds_an_upload_up_and_no_more(open_page, media_root):
    """A gunicorn of our own in the place of the server of the tests, which cannot be killed alone."""
    port = free_port()
    environment = process_environment(media_root) | {"PUBLIC_URL": f"http://localhost:{port}", "DEBUG": "1"}
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "photosearch.wsgi", f"--bind=localhost:{port}"]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, "--threads=4"], env=environment, start_new_session=True)

    def kill(process: subprocess.Popen[bytes]) -> None:
        import os

        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    process = start()
    try:
        page = open_page("about:blank", base_url=f"http://localhost:{port}")
        page.context.add_cookies(
            [{**cookie, "domain": "localhost"} for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
        )
        wait_until_it_answers(page)
        # Slow enough to be killed in the middle.
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        throttle = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 3_000_000}
        session.send("Network.emulateNetworkConditions", throttle)
        data = large_picture()
        choose(page, "large.bmp", data)
        expect(page.locator("#uploads [data-all]")).not_to_have_js_property("value", 0)
        while not PartialUpload.objects.exists():
            page.wait_for_timeout(50)
        kill(process)
        expect(summary(page)).to_contain_text("The connection is lost.")
        assert 0 < PartialUpload.objects.get().offset < len(data)
        process = start()
        expect(summary(page)).to_have_text("1 added", timeout=60_000)
        assert Photo.objects.get().path.read_bytes() == data
    finally:
        kill(process)


def wait_until_it_answers(page: Page) -> None:
    from playwright.sync_api import Error

    for _attempt in range(300):
        try:
            page.goto("/account")
        except Error:
            page.wait_for_timeout(200)
        else:
            return
    raise AssertionError("gunicorn does not answer")


def choose(page: Page, name: str, data: bytes) -> None:
    """Choose a file that is too large to be handed to the page as a list of numbers."""
    page.locator("form[data-upload] input[name=files]").set_input_files(
        {"name": name, "mimeType": "image/bmp", "buffer": data}
    )
