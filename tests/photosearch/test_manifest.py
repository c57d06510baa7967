"""The web app manifest: its icons exist, and its words follow the language."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from PIL import Image

from gallery.models import Photo
from tests.drawing import picture


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "photosearch: search photos"), ("zh-hans", "photosearch 照片搜索")],
)
def test_manifest_names_icons_of_their_size(client: Any, language: str, name: str) -> None:
    with override(None):  # the request sets the language of this thread
        answer = client.get("/manifest.webmanifest", headers={"Accept-Language": language})
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["name"], manifest["lang"]) == (name, language)
    assert len(manifest["icons"]) == 4
    for icon in manifest["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        with Image.open(path) as image:
            assert icon["sizes"] == f"{image.width}x{image.height}"


def test_manifest_names_a_form_that_the_share_page_takes(client: Any, owner: User, media_root: Path) -> None:
    target = client.get("/manifest.webmanifest").json()["share_target"]
    assert (target["method"], target["enctype"]) == ("POST", "multipart/form-data")
    (files,) = target["params"]["files"]
    client.force_login(owner)
    form = {files["name"]: SimpleUploadedFile("a.png", picture(), "image/png")}
    client.post(target["action"], form, headers={"Sec-Fetch-Site": "none"})
    assert Photo.objects.get().filename == "a.png"
