"""Uses the API of a whole site from the example client and from many clients at once."""

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.e2e.drawing import note
from tests.e2e.site import ROOT, Site

UPLOADS, PICTURES, CLIENTS = 10_000, 4_000, 8


def test_example_client_uploads_searches_and_downloads(site: Site, tmp_path: Path):
    picture = note("Quince jelly for the fair", "集市上的木瓜果冻")
    (tmp_path / "quince.png").write_bytes(picture)
    token = site.inside("issue_api_token", site.username, "upload", "search", "photo:read")
    environment = os.environ | {"PHOTOSEARCH_URL": site.url, "PHOTOSEARCH_TOKEN": token}

    def run(*arguments: object) -> str:
        command = [sys.executable, ROOT / "examples" / "photosearch_client.py", *map(str, arguments)]
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout

    try:
        assert "1 sent, 0 duplicates, 0 refused" in run("upload", tmp_path, "--wait")
        photo_id, name = run("search", "quince jelly", "--limit", 1).split()
        assert name == "quince.png"
        fetched = Path(run("download", photo_id, "--to", tmp_path).strip())
        assert fetched.read_bytes() == picture
        command = ["curl", "--silent", "--fail", "--header", f"Authorization: Bearer {token}"]
        text = json.loads(subprocess.check_output([*command, f"{site.url}/api/v1/photos/{photo_id}/text/"]))
        assert "Quince jelly" in text["text"]
        part = [*command, "--range", "0-7", f"{site.url}/api/v1/photos/{photo_id}/original/"]
        assert subprocess.check_output(part) == picture[:8]
    finally:
        site.inside("remove_photos", "quince")


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_stores_ten_thousand_concurrent_uploads_once(site: Site, record_property: Callable[[str, object], None]):
    dice = random.Random(20_261_124)
    wanted = [*range(PICTURES), *(dice.randrange(PICTURES) for _number in range(UPLOADS - PICTURES))]
    dice.shuffle(wanted)
    before = site.inside("photo_count")
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        # A token for each client, because one token alone would be throttled.
        tokens = [site.inside("issue_api_token", site.username, "upload") for _client in range(CLIENTS)]
        answers = list(
            pool.map(_upload_all, [site.url] * CLIENTS, tokens, [wanted[n::CLIENTS] for n in range(CLIENTS)])
        )
    seconds = time.monotonic() - began
    record_property("uploads per second", round(UPLOADS / seconds, 1))
    try:
        created: dict[int, int] = {}
        for number, status, photo_id in (answer for client in answers for answer in client):
            assert status in {200, 201}
            if status == 201:
                assert number not in created, "one file became two photos"
                created[number] = photo_id
        assert set(created) == set(range(PICTURES))
        assert all(created[number] == photo_id for client in answers for number, _status, photo_id in client)
        assert site.inside("photo_count") == before + PICTURES
        print(f"{UPLOADS} uploads of {PICTURES} pictures in {seconds:.0f} s: {UPLOADS / seconds:.1f} a second")  # noqa: T201 - shown with -s
    finally:
        site.inside("remove_photos", "soak-")


def _upload_all(url: str, token: str, numbers: list[int]) -> list[tuple[int, int, int]]:
    """Upload each picture and return (number, status, photo id) for each."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=120)
    answers = []
    for number in numbers:
        file = BytesIO()
        Image.new("RGB", (8, 8), (number % 256, number // 256, 7)).save(file, "PNG")
        data = file.getvalue()
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "image/png",
            "X-Filename": f"soak-{number}.png",
            # Every other upload sends its checksum first.
            **({"X-Checksum-MD5": hashlib.md5(data, usedforsecurity=False).hexdigest()} if number % 2 else {}),
        }
        connection.request("POST", "/api/v1/photos/upload/", data, headers)
        response = connection.getresponse()
        body = json.loads(response.read())
        answers.append((number, response.status, body.get("photo", {}).get("id")))
    return answers
