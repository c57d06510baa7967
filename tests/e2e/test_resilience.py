"""Stops servers, kills processes and uploads a deadly picture: nothing is lost or stuck, and pages say what failed."""

import pytest
from playwright.sync_api import expect

from tests.e2e.drawing import bytes_of, note
from tests.e2e.person import Person
from tests.e2e.poison import deadly_picture
from tests.e2e.site import Site, wait_until

BACKLOG = 80
INDEX_IS_DOWN = "keyword index is unavailable"
ENCODER_IS_DOWN = "cannot be compared"


def test_searches_database_without_elasticsearch(site: Site, person: Person):
    site.stop_program("elasticsearch")
    try:
        assert person.look_for("NH961")[0] == "boarding-pass.png"
        assert INDEX_IS_DOWN in person.notices()
        person.upload("down.png", note("Uploaded while the index was down", "索引停了也能上传"))
        person.finds("index was down", "down.png", seconds=60)
    finally:
        site.start_program("elasticsearch")
    wait_until(
        lambda: person.look_for("索引停了")[:1] == ["down.png"] and INDEX_IS_DOWN not in person.notices(),
        "the index answers again, and holds what was uploaded meanwhile",
        seconds=120,
    )
    site.wait_until_settled(seconds=60, prefix="down")


def test_accepts_uploads_without_valkey(site: Site, person: Person):
    site.stop_program("valkey")
    try:
        person.upload("no-queue.png", note("Uploaded without a queue", "没有队列也能上传"))
        assert person.look_for("NH961")[0] == "boarding-pass.png"
    finally:
        site.start_program("valkey")
    person.finds("without a queue", "no-queue.png", seconds=60)


def test_finds_words_without_encoder(site: Site, person: Person):
    site.stop_program("encoder")
    try:
        assert person.look_for("NH961 flight")[:1] in ([], ["boarding-pass.png"])
        assert person.look_for("cat") == []
        assert ENCODER_IS_DOWN in person.notices()
    finally:
        site.start_program("encoder")
    person.finds("cat", "chelsea.png", seconds=60)


def test_loses_nothing_when_workers_are_killed(site: Site, person: Person):
    before = site.inside("photo_count")
    site.inside("add_backlog", site.username, BACKLOG)
    for name in ("worker-default", "worker-vision", "worker-ocr", "encoder", "clock", "valkey", "web"):
        unfinished = site.inside("unfinished", "archive-")
        assert any(unfinished.values()), f"everything was done before {name} was killed: make the backlog longer"
        old = site.programs()[name]["pid"]
        site.kill(name)
        wait_until(
            lambda name=name, old=old: site.programs()[name]["pid"] not in (0, old), f"{name} runs again", seconds=60
        )
    site.wait_until_settled(seconds=240, prefix="archive-")
    assert site.inside("given_up") == {}
    assert site.inside("photo_count") == before + BACKLOG
    assert person.look_for("archive sheet 000042")[0] == "archive-42.png"
    site.inside("remove_photos", "archive-")


# Restarts all workers nine times; tests/gallery/processing/test_poison.py does the same with one worker in every run.
@pytest.mark.soak
def test_gives_up_only_picture_that_kills_workers(site: Site, person: Person):
    person.upload("deadly.png", deadly_picture())
    person.upload("neighbour.png", note("Uploaded beside a deadly picture", "旁边有一张致命的图片"))
    person.finds("deadly picture", "neighbour.png", seconds=120)
    site.wait_until_settled(seconds=240, prefix="deadly")
    site.wait_until_settled(seconds=60, prefix="neighbour")
    given_up = site.inside("given_up")
    # Its entry in the index may die with it: the same worker makes thumbnails and entries.
    assert set(given_up) == {"deadly.png"}
    assert set(given_up["deadly.png"]) - {"index"} == {"embedding", "text", "thumbnails"}
    count = len(given_up["deadly.png"])
    person.finds("cat", "chelsea.png", seconds=60)

    person.open_photo("deadly.png")
    expect(person.page.locator("#progress").get_by_role("button", name="Try again")).to_have_count(count)
    person.page.goto("/status")
    photo_id = person.page.get_by_role("cell", name=str(site.inside("photo_id", "deadly.png")), exact=True)
    expect(person.page.get_by_role("row").filter(has=photo_id)).to_have_count(count)
    site.inside("remove_photos", "deadly")


@pytest.mark.parametrize("filename", ["chelsea.png", "boarding-pass.png"])
def test_still_finds_samples_afterwards(person: Person, filename: str):
    photo_id = person.site.inside("photo_id", filename)
    assert person.page.request.get(f"/photos/{photo_id}/original").body() == bytes_of(filename)
