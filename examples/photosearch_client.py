#!/usr/bin/env python3
"""A small client of photosearch's API: upload a folder, import an archive, search, download.

Requires Python 3.11, no other packages.

    export PHOTOSEARCH_URL=https://photos.example.org PHOTOSEARCH_TOKEN=ps_…
    python photosearch_client.py upload ~/Pictures --wait
    python photosearch_client.py import ~/phone.zip
    python photosearch_client.py search 登机牌 --limit 5
    python photosearch_client.py download 17 --to ~/Downloads

Every command can be repeated: files that the server has are not sent again, and interrupted downloads resume.
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
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

ENDINGS = {".jpg", ".jpeg", ".jpe", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"}
PARALLEL = 4
FILES_PER_CHECK = 500
BLOCK = 1 << 20
PIECE = 8 << 20
TIMEOUT = 120  # seconds
TUS = {"Tus-Resumable": "1.0.0"}
MAX_RETRIES = 5
TEMPORARY = {429, 502, 503, 504}  # too many requests; a proxy whose server restarts


class Refused(Exception):
    """A refused request, with the server's explanation and the HTTP status."""

    def __init__(self, sentence: str, *, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class Unavailable(Refused):
    """Every further request would fail too: an invalid token, no room left, or no answer."""


class Photosearch:
    """A connection to the server at `url` with an API token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.has_answered = False

    def check(self, checksums: dict[Path, str]) -> dict[Path, str]:
        """Return the files that the server refuses, each with the reason "duplicate" or "too-large"."""
        known = {}
        paths = list(checksums)
        for begin in range(0, len(paths), FILES_PER_CHECK):
            asked = [
                {"id": str(path), "checksum": checksums[path], "file_size": path.stat().st_size}
                for path in paths[begin : begin + FILES_PER_CHECK]
            ]
            verdicts = self._json("POST", "photos/upload-check/", {"files": asked})["results"]
            known |= {Path(item["id"]): item["reason"] for item in verdicts if item["action"] == "reject"}
        return known

    def upload(self, path: Path, checksum: str) -> dict:
        """Upload one file; return {"status": "created", "duplicate" or "restored", "photo": …}."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(path.stat().st_size),
            "X-Checksum-SHA256": checksum,
            "X-Filename": quote(path.name, safe="")[:1000],
            "X-Modified-At": datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(),
        }
        with path.open("rb") as file:
            return json.load(self._send("POST", "photos/upload/", body=file, headers=headers))

    def begin_import(self, archive: Path) -> dict:
        """Send a zip archive in pieces, resuming after lost connections, and start its import."""
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
        # If the answer is lost, repeating the request with the same key starts no second import.
        key = {"Idempotency-Key": upload}
        return self._json("POST", "imports/", {"upload": upload, "check": False}, headers=key)

    def _send_piece(self, path: str, piece: bytes, offset: int) -> int:
        """Send a piece; return the offset of the next one."""
        headers = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        try:
            answer = self._send("PATCH", path, body=piece, headers=headers)
        except Refused as refusal:
            if refusal.status not in (409, 423):
                raise
            # A part arrived before the connection was lost, or is still being written.
            time.sleep(1)
            answer = self._send("HEAD", path, headers=TUS)
        return int(answer.headers["Upload-Offset"])

    def follow_import(self, import_id: int) -> dict:
        """Wait for the end of the import and return it."""
        while (job := self._json("GET", f"imports/{import_id}/"))["state"] == "running":
            time.sleep(1)
        return job

    def is_processed(self, photo_id: int) -> bool:
        """Return whether no step can still finish: all are done, failed, or blocked for a stated reason."""
        steps = self._json("GET", f"photos/{photo_id}/processing/")
        return all(step["state"] != "waiting" or step["reason"] for step in steps)

    def search(self, words: str, *, limit: int) -> Iterator[dict]:
        """Yield hits from all pages, the best first."""
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
        """Download an original, resuming a partial file, and check its SHA-256."""
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
                raise Refused(
                    f"The download of {target.name} was interrupted ({error}). Repeat the command to resume."
                ) from error
        if sha256(part) != photo["sha256"]:
            part.unlink()
            raise Refused(f"{target.name} is damaged. Try again.")
        return part.replace(target)

    def _json(self, method: str, path: str, body: object = None, *, headers: dict | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        headers = (headers or {}) | ({} if data is None else {"Content-Type": "application/json"})
        return json.load(self._send(method, path, body=data, headers=headers))

    def _send(self, method: str, path: str, *, body: object = None, headers: dict | None = None):
        request = Request(f"{self.url}/api/v1/{path}", data=body, method=method, headers=headers or {})
        request.add_header("Authorization", f"Bearer {self.token}")
        attempt = 0
        while True:
            try:
                answer = urlopen(request, timeout=TIMEOUT)
            except HTTPError as error:
                self.has_answered = True
                if error.code not in TEMPORARY or attempt == MAX_RETRIES:
                    raise _refusal(error) from error
                asked = error.headers.get("Retry-After", "")
                wait = int(asked) if asked.isdecimal() else 2**attempt
            except (OSError, HTTPException) as error:
                # Retry only if the server has answered before: the address may be mistyped.
                if not self.has_answered or attempt == MAX_RETRIES:
                    raise Unavailable(f"No answer from {self.url}: {getattr(error, 'reason', error)}") from error
                wait = 2**attempt
            else:
                self.has_answered = True
                return answer
            time.sleep(wait)
            attempt += 1
            if hasattr(body, "seek"):
                body.seek(0)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refusal(error: HTTPError) -> Refused:
    try:
        problem = json.load(error)
    except ValueError:
        problem = {"type": "", "detail": f"{error.code} {error.reason}", "errors": []}
    is_final = error.code in (401, 403) or problem["type"].endswith(":quota-exceeded")
    details = [problem["detail"], *(f"{item['field']}: {item['detail']}" for item in problem["errors"])]
    return (Unavailable if is_final else Refused)(" ".join(details), status=error.code)


def upload_folder(server: Photosearch, folder: Path, *, wait: bool) -> int:
    """Upload the pictures below `folder` that the server lacks; return the exit status.

    Raises: Unavailable.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    checksums = {path: sha256(path) for path in paths}
    verdicts = server.check(checksums)
    too_large = [path for path in verdicts if verdicts[path] == "too-large"]
    failed, photo_ids = len(too_large), []
    for path in too_large:
        print(f"refused    {path}: too large")

    def send(path: Path) -> tuple[Path, dict | str]:
        try:
            return path, server.upload(path, checksums[path])
        except Unavailable:
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
    print(f"{len(photo_ids)} sent, {len(verdicts) - len(too_large)} duplicates, {failed} refused")
    while wait and photo_ids:
        photo_ids = [photo_id for photo_id in photo_ids if not server.is_processed(photo_id)]
        time.sleep(1 if photo_ids else 0)
    return 1 if failed else 0


def import_archive(server: Photosearch, archive: Path) -> int:
    """Import the pictures in a zip archive; return the exit status."""
    begun = server.begin_import(archive)
    print(f"{archive.name} is uploaded; import {begun['id']} is running.")
    job = server.follow_import(begun["id"])
    counts = job["import_counts"]
    print(
        f"{job['state']}: {counts['new']} new, {counts['duplicate'] + counts['known']} duplicates,"
        f" {counts['skipped']} skipped, {counts['failed']} failed. {job['error']}"
    )
    return 0 if job["state"] == "finished" else 1


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    upload = commands.add_parser("upload", help="upload the pictures below a folder")
    upload.add_argument("folder", type=Path)
    upload.add_argument("--wait", action="store_true", help="wait until all are processed")
    archive = commands.add_parser("import", help="import the pictures in a zip archive")
    archive.add_argument("archive", type=Path)
    search = commands.add_parser("search", help="find photos by words in them or by what they show")
    search.add_argument("words")
    search.add_argument("--limit", type=int, default=20)
    download = commands.add_parser("download", help="download originals")
    download.add_argument("ids", type=int, nargs="+")
    download.add_argument("--to", type=Path, default=Path())
    options = parser.parse_args(arguments)
    missing = [name for name in ("PHOTOSEARCH_URL", "PHOTOSEARCH_TOKEN") if not os.environ.get(name)]
    if missing:
        parser.error(f"Set {' and '.join(missing)}, as described at the top of this file.")
    server = Photosearch(os.environ["PHOTOSEARCH_URL"], os.environ["PHOTOSEARCH_TOKEN"])
    try:
        if options.command == "upload":
            return upload_folder(server, options.folder, wait=options.wait)
        if options.command == "import":
            return import_archive(server, options.archive)
        if options.command == "search":
            for hit in server.search(options.words, limit=options.limit):
                print(f"{hit['photo']['id']:8} {hit['photo']['filename']}")
        else:
            for photo_id in options.ids:
                print(server.download(photo_id, options.to))
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
