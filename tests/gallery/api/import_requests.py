"""Requests of the API about imports, as clients send them."""

from io import BytesIO
from urllib.parse import urlencode
from zipfile import ZipFile

from tests.factories import ApiClient

IMPORTS = "/api/v1/imports/"


def begin(program: ApiClient, **options):
    return program.post(IMPORTS, options, content_type="application/json")


def apply_action(program: ApiClient, path: str, action: str):
    return program.post(f"{path}actions/", {"action": action}, content_type="application/json")


def archive(**files: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as contents:
        for name, data in files.items():
            contents.writestr(f"{name}.png", data)
    return file.getvalue()


def send(program: ApiClient, data: bytes, content_type: str = "application/zip", headers=None, **options):
    return program.post(f"{IMPORTS}archive/?{urlencode(options)}", data, content_type, headers=headers)
