"""Uploads by tuspy, an independent client of tus."""

import hashlib
from io import BytesIO

import pytest
from tusclient import client

from gallery.models import PartialUpload, Photo
from tests.drawing import picture


@pytest.mark.parametrize("checks", [False, True])
def test_sends_picture_in_pieces(url, token, checks):
    data = picture(3)
    tus = client.TusClient(f"{url}/api/v1/photos/uploads/", headers={"Authorization": f"Bearer {token}"})
    uploader = tus.uploader(
        file_stream=BytesIO(data),
        chunk_size=50,
        metadata={"filename": "茶.png", "sha256": hashlib.sha256(data).hexdigest().upper(), "filetype": "image/png"},
        metadata_encoding="utf-8",
        upload_checksum=checks,
    )
    uploader.upload_chunk()
    assert PartialUpload.objects.get().offset == 50
    again = tus.uploader(file_stream=BytesIO(data), chunk_size=1000, url=uploader.url)
    again.upload()
    photo = Photo.objects.get()
    assert (photo.filename, photo.path.read_bytes()) == ("茶.png", data)
