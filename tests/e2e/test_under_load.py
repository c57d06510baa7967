"""A fresh upload does not wait for a backlog."""

import pytest

from tests.e2e.drawing import note
from tests.e2e.person import Person
from tests.e2e.site import Site

# As promised: uploaded during a backlog, found within a minute.
SECONDS_UNTIL_FOUND = 60


@pytest.mark.parametrize("backlog", [300, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_a_fresh_upload_is_found_within_a_minute_during_a_backlog(site: Site, person: Person, backlog: int):
    site.inside("add_backlog", site.username, backlog)
    try:
        person.upload("fresh.png", note("Fresh from the press", "刚刚上传的图片"))
        person.finds("fresh from the press", "fresh.png", seconds=SECONDS_UNTIL_FOUND)
        waiting = site.inside("unfinished")["text"]
        assert len(waiting) > backlog // 10, "the backlog was done before the fresh picture: it proves nothing"
    finally:
        site.inside("remove_photos", "archive-")
        site.inside("remove_photos", "fresh")
