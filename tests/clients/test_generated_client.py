"""The client that openapi-python-client generates from the schema: it has every operation, and works."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import override_settings

from gallery.access.schema import Generator
from gallery.models import Photo, Step
from gallery.processing.steps import current_steps
from search.models import PhotoText
from tests.drawing import picture
from tests.encoder_process import EncoderProcess, ready_encoder

SCHEMA = Generator().get_schema(request=None, public=True)
OPERATIONS = {
    operation["operationId"]: operation["tags"][0]
    for operations in SCHEMA["paths"].values()
    for operation in operations.values()
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Generate the client; return the name of its package."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "schema.json").write_text(json.dumps(SCHEMA, default=str))
    command = ["openapi-python-client", "generate", "--path", folder / "schema.json", "--meta", "none"]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    result = subprocess.run(
        [*command, "--fail-on-warning", "--output-path", folder / "photosearch_api"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "WARNING" not in result.stdout, result.stdout
    sys.path.insert(0, str(folder))
    yield "photosearch_api"
    sys.path.remove(str(folder))


@pytest.fixture
def api(package: str, url: str, token: str) -> Iterator["Api"]:
    """Return the generated client, authenticated with a token."""
    client = importlib.import_module(package).AuthenticatedClient(
        base_url=url, token=token, raise_on_unexpected_status=True
    )
    with client:
        yield Api(package, client)


class Api:
    """The operations of the generated package, as methods."""

    def __init__(self, package: str, client: Any) -> None:
        self.package, self.client = package, client
        self.models = importlib.import_module(f"{package}.models")
        self.types = importlib.import_module(f"{package}.types")

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            return module_of(self.package, name).sync_detailed(*arguments, client=self.client, **options)

        return call

    def upload(self, data: bytes) -> Any:
        return self.upload_photo(body=self.types.File(payload=data), x_filename="tea.png")


def module_of(package: str, name: str) -> ModuleType:
    tag = OPERATIONS[name].replace("-", "_")
    return importlib.import_module(f"{package}.api.{tag}.{name}")


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_generates_every_operation_of_the_schema(package, name):
    assert callable(module_of(package, name).sync_detailed)


def test_uploads_searches_and_downloads(api):
    data = picture(7)
    uploaded = api.upload(data)
    assert (uploaded.status_code, uploaded.parsed.status) == (201, "created")
    photo_id = uploaded.parsed.photo.id
    assert uploaded.headers["Location"].endswith(f"/photos/{photo_id}/")
    form = api.models.UploadRequest(file=api.types.File(payload=data, file_name="tea.png"))
    assert api.upload_photo(body=form).parsed.status == "duplicate"

    photo = Photo.objects.get()
    PhotoText.objects.create(photo=photo, owner=photo.owner, engine="x", text="Longjing tea", lines=[])
    (hit,) = api.search(q="longjing").parsed.results
    assert hit.photo.id == photo_id
    fetched = api.download_original(photo_id)
    assert fetched.parsed.payload.read() == data
    part = api.download_original(photo_id, range_="bytes=0-7")
    assert (part.status_code, part.headers["Content-Range"]) == (206, f"bytes 0-7/{len(data)}")
    assert api.download_original(photo_id, if_none_match=fetched.headers["ETag"]).status_code == 304
    assert int(api.head_original(photo_id).headers["Content-Length"]) == len(data)


def test_searches_by_picture(api, owner):
    api.upload(picture(7))
    process = EncoderProcess(ENCODERS="conse")
    with override_settings(ENCODERS=["conse"]), process.running():
        ready_encoder("conse")
        for step in current_steps():
            if step.step == Step.EMBEDDING:
                step.run(list(Photo.objects.values_list("pk", flat=True)))
        form = api.models.PictureSearchRequest(picture=api.types.File(payload=picture(8), file_name="x.png"))
        answer = api.search_by_picture(body=form)
    assert answer.status_code == 200, answer.content
    assert [hit.photo.id for hit in answer.parsed.results] == [Photo.objects.get().pk]


def test_pages_through_lists_and_results(api):
    ids = [api.upload(picture(red)).parsed.photo.id for red in range(5)]
    for list_page in (api.list_photos, api.search):
        seen, cursor = [], api.types.UNSET
        while cursor is not None:
            words = {"q": "tea"} if list_page is api.search else {}
            page = list_page(page_size=2, cursor=cursor, **words).parsed
            seen += [getattr(row, "photo", row).id for row in page.results]
            cursor = page.next_cursor
        assert sorted(seen) == ids


def test_sends_file_in_pieces(api):
    data = picture(9)
    tus = {"tus_resumable": "1.0.0"}
    begun = api.begin_upload(body=api.types.UNSET, upload_length=str(len(data)), **tus)
    assert begun.status_code == 201
    upload_id = begun.headers["Location"].rstrip("/").rpartition("/")[2]
    for start in (0, 40):
        end = 40 if start == 0 else len(data)
        piece = api.types.File(payload=data[start:end])
        sent = api.send_piece(upload_id, body=piece, upload_offset=str(start), **tus)
        assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, str(end))
    assert api.read_upload(upload_id, **tus).headers["Upload-Length"] == str(len(data))
    assert Photo.objects.get().path.read_bytes() == data


def test_keeps_copy_up_to_date(api):
    photo_id = api.upload(picture(1)).parsed.photo.id
    first = api.list_photos(updated_since=datetime(2000, 1, 1, tzinfo=UTC)).parsed
    assert [photo.id for photo in first.results] == [photo_id]
    assert api.list_photos(updated_since=first.as_of).parsed.results == []
    changed = api.change_photo(photo_id, body=api.models.PatchedPhotoChangesRequest(importance=3))
    assert changed.parsed.importance == 3
    assert [photo.id for photo in api.list_photos(updated_since=first.as_of).parsed.results] == [photo_id]
    api.delete_photo(photo_id)
    (removed,) = api.list_removed_photos(since=first.as_of).parsed.results
    assert (removed.id, removed.is_final) == (photo_id, False)
