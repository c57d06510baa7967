"""A new upload is processed before a backlog."""

import pytest

from tests.e2e.drawing import note
from tests.e2e.person import Person
from tests.e2e.site import Site

SECONDS_UNTIL_FOUND = 60


@pytest.mark.parametrize("backlog", [300, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_finds_new_upload_within_a_minute_during_backlog(site: Site, person: Person, backlog: int):
    site.inside("add_backlog", site.username, backlog)
    try:
        person.upload("fresh.png", note("Fresh from the press", "刚刚上传的图片"))
        person.finds("fresh from the press", "fresh.png", seconds=SECONDS_UNTIL_FOUND)
        waiting = site.inside("unfinished")["text"]
        assert len(waiting) > backlog // 10, "the backlog was done before the fresh picture: it proves nothing"
    finally:
        site.inside("remove_photos", "archive-")
        site.inside("remove_photos", "fresh")
