"""A site for load benchmarks: started in a temporary folder and stopped at the end."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np
from django.conf import settings
from PIL import Image

from photosearch.embedded.provision import free_port

ROOT = Path(__file__).resolve().parent.parent
# The site starts its own servers, whatever the environment contains.
SERVERS = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL", "SECRET_KEY", "BIND", "ASSISTANT_BIND", "ENCODER_SOCKET")
PASSWORD = secrets.token_urlsafe(12)
FIRST = "first"
# Metric of the photos that lack a step's output.
MISSING = "photosearch_missing{"


@dataclass(frozen=True)
class Person:
    """A logged-in person: the site's address and the headers of the session."""

    host: str
    port: int
    headers: dict[str, str]

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> tuple[HTTPResponse, bytes]:
        """Send one request on a new connection; header names use underscores."""
        connection = HTTPConnection(self.host, self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, address, body=body or None, headers=self.headers | named)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def upload(self, picture: bytes, name: str) -> int:
        """Upload a picture through the page's form; return its id."""
        boundary = secrets.token_hex(16)
        disposition = f'Content-Disposition: form-data; name="files"; filename="{name}"'
        body = (
            f"--{boundary}\r\n{disposition}\r\nContent-Type: image/png\r\n\r\n".encode()
            + picture
            + f"\r\n--{boundary}--\r\n".encode()
        )
        answer, content = self.ask(
            "POST",
            "/upload",
            body,
            Accept="application/json",
            Content_Type=f"multipart/form-data; boundary={boundary}",
        )
        if answer.status not in {200, 201}:
            raise SystemExit(f"an upload was answered with {answer.status}: {content[:200]!r}")
        return int(json.loads(content)["id"])


@contextmanager
def own_site(*, people: int = 0) -> Iterator[list[Person]]:
    """Start a site with the samples; yield the logged-in people, the owner of the samples first."""
    folder = Path(tempfile.mkdtemp(prefix="ps-", dir="/tmp"))
    folder.chmod(0o711)
    if (settings.DATA_DIR / "servers").is_dir():
        (folder / "servers").symlink_to(settings.DATA_DIR / "servers")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS} | {
        "DATA_DIR": str(folder),
        "PUBLIC_URL": f"http://localhost:{port}",
        "ADMIN_USERNAME": FIRST,
        "ADMIN_PASSWORD": PASSWORD,
        "METRICS_TOKEN": PASSWORD,
    }
    process = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    try:
        if not any(b"photosearch answers at" in line for line in process.stdout or ()):
            raise SystemExit("the site did not start")
        names = [FIRST, *_make_people(people, environment)]
        yield [log_in("localhost", port, name, PASSWORD) for name in names]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()
        shutil.rmtree(folder)


def _make_people(count: int, environment: dict[str, str]) -> list[str]:
    names = [f"person-{number}" for number in range(count)]
    code = (
        "from django.contrib.auth.models import User;"
        f"[User.objects.create_user(name, password={PASSWORD!r}) for name in {names!r}]"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code], cwd=ROOT, env=environment, check=True
    )
    return names


def log_in(host: str, port: int, name: str, password: str) -> Person:
    """Log in as a browser does."""
    stranger = Person(host, port, {})
    answer, _content = stranger.ask("GET", "/login/")
    token = _cookies(answer)["csrftoken"]
    body = urlencode({"username": name, "password": password, "csrfmiddlewaretoken": token}).encode()
    answer, _content = stranger.ask(
        "POST",
        "/login/",
        body,
        Cookie=f"csrftoken={token}",
        Content_Type="application/x-www-form-urlencoded",
    )
    cookies = _cookies(answer)
    if "sessionid" not in cookies:
        raise SystemExit(f"{name} could not log in: {answer.status}")
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Person(host, port, {"Cookie": cookie, "X-CSRFToken": cookies["csrftoken"]})


def _cookies(answer: HTTPResponse) -> dict[str, str]:
    given = (re.match(r"(\w+)=([^;]*)", value) for value in answer.headers.get_all("Set-Cookie", []))
    return {match[1]: match[2] for match in given if match}


def wait_for_rest(person: Person) -> None:
    """Wait until no step has photos left; return at once if the site does not show its figures."""
    while True:
        answer, content = person.ask("GET", "/api/v1/metrics/", Authorization=f"Bearer {PASSWORD}")
        lines = content.decode().splitlines()
        if answer.status != 200 or all(line.endswith(" 0.0") for line in lines if line.startswith(MISSING)):
            return
        time.sleep(2)


def noise(width: int, height: int, *, seed: int = 0) -> bytes:
    """Return a PNG of random pixels, about three bytes each."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


def address_of(url: str) -> tuple[str, int]:
    """Return host and port of a URL."""
    parts = urlsplit(url)
    return parts.hostname or "localhost", parts.port or 80
