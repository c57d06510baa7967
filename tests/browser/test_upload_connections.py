"""Uploads resume after lost connections, killed processes, closed pages and ended sessions."""

import signal
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from gallery.models import PartialUpload, Photo
from photosearch.embedded.provision import free_port
from tests.browser.driving import drop_files
from tests.browser.uploading import large_picture, posts, select_file, summary
from tests.drawing import picture
from tests.processes import process_environment


def test_resumes_after_lost_connection(open_page):
    page = open_page("/account")
    data = large_picture()
    page.route("**/uploads/*", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    select_file(page, "large.bmp", data)
    expect(summary(page)).to_have_text("Connection lost. The upload will resume by itself.")
    expect(page.locator("#uploads li")).to_contain_text("Waiting for the connection")
    assert PartialUpload.objects.get().offset == 4 * 1024 * 1024
    sent = posts(page)
    page.unroute("**/uploads/*")
    expect(summary(page)).to_have_text("1 added")
    assert Photo.objects.get().path.read_bytes() == data
    assert not [url for url in sent if url.endswith("/uploads")], "the first piece was not sent again"


def test_waits_while_offline(open_page):
    page = open_page("/account")
    page.context.set_offline(True)
    drop_files(page, {"a.png": picture(1)})
    expect(summary(page)).to_have_text("Connection lost. The upload will resume by itself.")
    page.context.set_offline(False)
    expect(summary(page)).to_have_text("1 added")


def test_resumes_partial_upload_after_leaving_page(open_page):
    data = large_picture()
    page = open_page("/account")
    page.route("**/uploads/*", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    select_file(page, "large.bmp", data)
    expect(summary(page)).to_contain_text("Connection lost.")
    page.close(run_before_unload=False)

    page = open_page("/")
    sent = posts(page)
    select_file(page, "large.bmp", data)
    expect(summary(page)).to_have_text("1 added")
    assert not [url for url in sent if url.endswith("/uploads")]
    assert Photo.objects.get().path.read_bytes() == data


def test_cancelling_deletes_partial_upload(open_page):
    page = open_page("/account")
    page.route("**/uploads/*", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    select_file(page, "large.bmp", large_picture())
    expect(summary(page)).to_contain_text("Connection lost.")
    with page.expect_response(lambda response: response.request.method == "DELETE"):
        page.get_by_role("button", name="Cancel large.bmp").click()
    expect(summary(page)).to_have_text("1 cancelled")
    assert not PartialUpload.objects.exists()


def test_resumes_after_new_login(open_page, owner):
    page = open_page("/account")
    page.context.clear_cookies(name="sessionid")
    drop_files(page, {"a.png": picture(1)})
    expect(summary(page)).to_have_text("You are logged out. Log in in another tab, then resume here.")
    tab = page.context.new_page()
    tab.goto("/login/")
    tab.get_by_label("Username").fill("anna")
    tab.get_by_label("Password").fill("x")
    tab.get_by_role("button", name="Log in", exact=True).click()
    tab.wait_for_url(lambda url: not url.endswith("/login/"))
    page.get_by_role("button", name="Resume").click()
    expect(summary(page)).to_have_text("1 added")


# Lost connections, which look the same to the page, are tried in every run.
@pytest.mark.soak
def test_resumes_after_web_process_is_killed(open_page, media_root):
    """Runs its own gunicorn, because the server of the tests cannot be killed separately."""
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
        select_file(page, "large.bmp", data)
        expect(page.locator("#uploads [data-all]")).not_to_have_js_property("value", 0)
        while not any(upload.offset for upload in PartialUpload.objects.all()):
            page.wait_for_timeout(50)
        kill(process)
        expect(summary(page)).to_contain_text("Connection lost.")
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
