"""A tus client for tests: begins uploads and sends their pieces."""

import base64

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"


def encode_metadata(**metadata: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())


def begin_upload(client, size: int, *, body: bytes = b"", accept: str = "", **metadata: str):
    return client.generic(
        "POST",
        "/uploads",
        body,
        content_type=PIECE if body else "",
        headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": encode_metadata(**metadata), "Accept": accept},
    )


def send_piece(client, address: str, offset: int, body: bytes, *, accept: str = "", **headers: str):
    headers = TUS | {"Upload-Offset": str(offset), "Accept": accept} | headers
    # Django's client leaves the type of an empty body out.
    return client.generic("PATCH", address, body, headers=headers, CONTENT_TYPE=PIECE)


def offset_of(client, address: str) -> str:
    return client.head(address, headers=TUS)["Upload-Offset"]
