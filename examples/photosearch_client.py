#!/usr/bin/env python3
"""A small client of photosearch's API: upload a folder, import an archive, search, download.

It needs Python 3.11 and nothing else.

    export PHOTOSEARCH_URL=https://photos.example.org PHOTOSEARCH_TOKEN=ps_…
    python photosearch_client.py upload ~/Pictures --wait
    python photosearch_client.py import ~/phone.zip
    python photosearch_client.py search 登机牌 --limit 5
    python photosearch_client.py download 17 --to ~/Downloads

Repeating any of it is harmless: what the server has is not sent again, and a download that broke off goes on.
"""

import argparse
import base64
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

ENDINGS = {".jpg", ".jpeg", ".jpe", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"}
PARALLEL = 4
CHECKED_AT_ONCE = 500
BLOCK = 1 << 20
PIECE = 8 << 20
TIMEOUT = 120  # seconds
TUS = {"Tus-Resumable": "1.0.0"}
PATIENCE = 5  # How often a request is tried again where that may help.
PASSING = {429, 502, 503, 504}  # Too many requests; behind a proxy, a server that starts again.


class Refused(Exception):
    """The server's own words; `status` as in HTTP."""

    def __init__(self, sentence: str, *, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class Hopeless(Refused):
    """The same would be said of whatever else is sent: the key is refused, there is no room, or nobody answers."""


class Photosearch:
    """The server at `url`, asked with `key`."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self.key = key
        self.has_answered = False

    def check(self, checksums: dict[Path, str]) -> dict[Path, str]:
        """Which of the files are not to be sent, and why not: they are "duplicate", or "too-large"."""
        known = {}
        paths = list(checksums)
        for begin in range(0, len(paths), CHECKED_AT_ONCE):
            asked = [
                {"id": str(path), "checksum": checksums[path], "file_size": path.stat().st_size}
                for path in paths[begin : begin + CHECKED_AT_ONCE]
            ]
            verdicts = self._json("POST", "photos/upload-check/", {"files": asked})["results"]
            known |= {Path(item["id"]): item["reason"] for item in verdicts if item["action"] == "reject"}
        return known

    def upload(self, path: Path, checksum: str) -> dict:
        """Send one file: {"status": "created", "duplicate" or "restored", "photo": …}."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(path.stat().st_size),
            "X-Checksum-SHA256": checksum,
            "X-Filename": quote(path.name, safe="")[:1000],
        }
        with path.open("rb") as file:
            return json.load(self._send("POST", "photos/upload/", body=file, headers=headers))

    def begin_import(self, archive: Path) -> dict:
        """Send a zip archive, in pieces that go on where a lost connection broke off, and import what is in it."""
        size = archive.stat().st_size
        name = base64.b64encode(archive.name.encode()).decode()
        headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": f"filename {name}"}
        location = self._send("POST", "imports/uploads/", headers=headers).headers["Location"]
        upload = location.rstrip("/").rpartition("/")[2]
        offset = 0
        with archive.open("rb") as file:
            while offset < size:
                file.seek(offset)
                offset = self._send_piece(f"imports/uploads/{upload}/", file.read(PIECE), offset)
        # The answer may get lost; with the key, a repeated request starts no second import.
        key = {"Idempotency-Key": upload}
        return self._json("POST", "imports/", {"upload": upload, "check": False}, headers=key)

    def _send_piece(self, path: str, piece: bytes, offset: int) -> int:
        """Where the next one begins."""
        headers = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        try:
            answer = self._send("PATCH", path, body=piece, headers=headers)
        except Refused as refusal:
            if refusal.status not in (409, 423):
                raise
            # Part of it came before the connection was lost, or is still being written.
            time.sleep(1)
            answer = self._send("HEAD", path, headers=TUS)
        return int(answer.headers["Upload-Offset"])

    def follow_import(self, import_id: int) -> dict:
        """The import, when it has come to an end."""
        while (job := self._json("GET", f"imports/{import_id}/"))["state"] == "running":
            time.sleep(1)
        return job

    def is_processed(self, photo_id: int) -> bool:
        """Whether every step is done, has failed, or waits for something that is not there."""
        steps = self._json("GET", f"photos/{photo_id}/processing/")
        return all(step["state"] != "waiting" or step["reason"] for step in steps)

    def search(self, words: str, *, limit: int) -> Iterator[dict]:
        """Hits, best first."""
        cursor = None
        while limit > 0:
            parameters = {"q": words, "page_size": min(limit, 100)} | ({"cursor": cursor} if cursor else {})
            page = self._json("GET", f"search/?{urlencode(parameters)}")
            yield from page["results"]
            limit -= len(page["results"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def download(self, photo_id: int, folder: Path) -> Path:
        """Fetch an original, or what is missing of it, and compare its checksum."""
        photo = self._json("GET", f"photos/{photo_id}/")
        target = folder / f"{photo_id}-{Path(photo['filename']).name}"
        part = target.with_name(target.name + ".part")
        have = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={have}-"} if 0 < have < photo["file_size"] else {}
        with (
            self._send("GET", f"photos/{photo_id}/original/", headers=headers) as answer,
            part.open("ab" if answer.status == 206 else "wb") as file,
        ):
            try:
                while block := answer.read(BLOCK):
                    file.write(block)
            except (OSError, HTTPException) as error:
                raise Refused(f"{target.name} broke off ({error}); the same command goes on with it.") from error
        if sha256(part) != photo["sha256"]:
            part.unlink()
            raise Refused(f"{target.name} did not arrive whole; try again.")
        return part.replace(target)

    def _json(self, method: str, path: str, body: object = None, *, headers: dict | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        headers = (headers or {}) | ({} if data is None else {"Content-Type": "application/json"})
        return json.load(self._send(method, path, body=data, headers=headers))

    def _send(self, method: str, path: str, *, body: object = None, headers: dict | None = None):
        request = Request(f"{self.url}/api/v1/{path}", data=body, method=method, headers=headers or {})
        request.add_header("Authorization", f"Bearer {self.key}")
        attempt = 0
        while True:
            try:
                answer = urlopen(request, timeout=TIMEOUT)
            except HTTPError as error:
                self.has_answered = True
                if error.code not in PASSING or attempt == PATIENCE:
                    raise _refusal(error) from error
                asked = error.headers.get("Retry-After", "")
                wait = int(asked) if asked.isdecimal() else 2**attempt
            except (OSError, HTTPException) as error:
                # A mistyped address is told at once; a connection that was there once may come back.
                if not self.has_answered or attempt == PATIENCE:
                    raise Hopeless(f"{self.url} does not answer: {getattr(error, 'reason', error)}") from error
                wait = 2**attempt
            else:
                self.has_answered = True
                return answer
            time.sleep(wait)
            attempt += 1
            if hasattr(body, "seek"):
                body.seek(0)


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refusal(error: HTTPError) -> Refused:
    try:
        problem = json.load(error)
    except ValueError:
        problem = {"type": "", "detail": f"{error.code} {error.reason}", "errors": []}
    is_hopeless = error.code in (401, 403) or problem["type"].endswith(":quota-exceeded")
    details = [problem["detail"], *(f"{item['field']}: {item['detail']}" for item in problem["errors"])]
    return (Hopeless if is_hopeless else Refused)(" ".join(details), status=error.code)


def upload_folder(server: Photosearch, folder: Path, *, wait: bool) -> int:
    """Upload every picture below `folder` that the server lacks; the exit status. Hopeless ends it."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    checksums = {path: sha256(path) for path in paths}
    verdicts = server.check(checksums)
    too_large = [path for path in verdicts if verdicts[path] == "too-large"]
    failed, photo_ids = len(too_large), []
    for path in too_large:
        print(f"refused    {path}: it is too large.")

    def send(path: Path) -> tuple[Path, dict | str]:
        try:
            return path, server.upload(path, checksums[path])
        except Hopeless:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        except Refused as refusal:
            return path, str(refusal)

    with ThreadPoolExecutor(PARALLEL) as pool:
        for path, answer in pool.map(send, [path for path in paths if path not in verdicts]):
            if isinstance(answer, str):
                failed += 1
                print(f"refused    {path}: {answer}")
            else:
                photo_ids.append(answer["id"])
                print(f"{answer['status']:10} {path} → {answer['photo']['id']}")
    print(f"{len(photo_ids)} sent, {len(verdicts) - len(too_large)} known already, {failed} refused.")
    while wait and photo_ids:
        photo_ids = [photo_id for photo_id in photo_ids if not server.is_processed(photo_id)]
        time.sleep(1 if photo_ids else 0)
    return 1 if failed else 0


def import_archive(server: Photosearch, archive: Path) -> int:
    """Import what is in a zip archive; the exit status."""
    begun = server.begin_import(archive)
    print(f"All of {archive.name} is there; import {begun['id']} has begun.")
    job = server.follow_import(begun["id"])
    done = job["done"]
    print(
        f"{job['state']}: {done['new']} new, {done['duplicate'] + done['known']} known already,"
        f" {done['passed_over']} passed over, {done['refused']} refused. {job['error']}"
    )
    return 0 if job["state"] == "finished" else 1


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    upload = commands.add_parser("upload", help="upload the pictures below a folder")
    upload.add_argument("folder", type=Path)
    upload.add_argument("--wait", action="store_true", help="until they are processed")
    archive = commands.add_parser("import", help="import the pictures in a zip archive")
    archive.add_argument("archive", type=Path)
    search = commands.add_parser("search", help="list photos that hold words or show what they mean")
    search.add_argument("words")
    search.add_argument("--limit", type=int, default=20)
    download = commands.add_parser("download", help="fetch originals")
    download.add_argument("ids", type=int, nargs="+")
    download.add_argument("--to", type=Path, default=Path())
    chosen = parser.parse_args(arguments)
    missing = [name for name in ("PHOTOSEARCH_URL", "PHOTOSEARCH_TOKEN") if not os.environ.get(name)]
    if missing:
        parser.error(f"Set {' and '.join(missing)}, as the first lines of this file say.")
    server = Photosearch(os.environ["PHOTOSEARCH_URL"], os.environ["PHOTOSEARCH_TOKEN"])
    try:
        if chosen.command == "upload":
            return upload_folder(server, chosen.folder, wait=chosen.wait)
        if chosen.command == "import":
            return import_archive(server, chosen.archive)
        if chosen.command == "search":
            for hit in server.search(chosen.words, limit=chosen.limit):
                print(f"{hit['photo']['id']:8} {hit['photo']['filename']}")
        else:
            for photo_id in chosen.ids:
                print(server.download(photo_id, chosen.to))
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
