"""The server over HTTP and over standard input, called by the MCP package's client."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from gallery.access.tokens import Scope, issue_token
from photosearch.embedded.programs import ASSISTANT
from photosearch.embedded.provision import free_port
from tests.processes import process_environment

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
GUESSES = 5
# The package's default is five seconds; the first answer on a busy machine may take longer.
PATIENCE = 60


@pytest.fixture
def address(media_root) -> Iterator[str]:
    """Run the supervised program and return its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", ASSISTANT, f"--port={port}"]
    environment = process_environment(media_root) | {
        "ELASTICSEARCH_URL": "",
        "TRUSTED_PROXIES": "1",
        "API_ANONYMOUS_PER_MINUTE": str(GUESSES),
    }
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield f"http://localhost:{port}/mcp"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(port: int) -> bool:
    connection = HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("POST", "/mcp")
        return connection.getresponse().status == 401
    except OSError:
        return False
    finally:
        connection.close()


def connected(address: str, token: str) -> Callable[[], Any]:
    @asynccontextmanager
    async def connect() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            yield client

    return connect


def test_http_requires_a_token(address, token, allowed, owner, photo):
    async def use(connect: Callable[[], Any]) -> Any:
        async with connect() as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            return names, await client.call_tool("search", {"query": "Flight"})

    names, found = asyncio.run(use(connected(address, token)))
    assert "contact_sheet" in names
    assert [hit["id"] for hit in found.structured_content["results"]] == [str(photo.pk)]
    other = issue_token("x", user=owner, scopes=[Scope.SEARCH])[1]
    for value, status in (("Basic eDp4", 401), ("Bearer ps_wrong", 401), (f"Bearer {other}", 403)):
        response = httpx2.post(address, headers={"Authorization": value}, json={}, timeout=PATIENCE)
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
    headers = {"Authorization": f"Bearer {token}"}
    listening = httpx2.get(address, headers=headers, timeout=PATIENCE)
    assert listening.status_code == 405
    rebound = httpx2.post(address, headers=headers | {"Host": "evil.example"}, json={}, timeout=PATIENCE)
    assert rebound.status_code == 421


def test_http_limits_guesses_per_address(address, token, allowed):
    def guess(number: int, known: str = "") -> int:
        headers = {"Authorization": f"Bearer {known or f'ps_{number}'}", "X-Forwarded-For": "198.51.100.4, 192.0.2.77"}
        return httpx2.post(address, headers=headers, json={}, timeout=PATIENCE).status_code

    # More than twice the limit, because a minute may end in between.
    assert {guess(number) for number in range(2 * GUESSES + 1)} == {401, 429}
    assert guess(0, known=token) not in (401, 429)


def test_stdio_uses_the_token_of_the_environment(token, allowed, photo, media_root):
    environment = process_environment(media_root) | {"ELASTICSEARCH_URL": "", "PHOTOSEARCH_TOKEN": token}

    async def use() -> Any:
        server = StdioServerParameters(command=sys.executable, args=["manage.py", "mcp"], env=environment, cwd=ROOT)
        async with Client(server) as client:
            return await client.call_tool("photo_text", {"id": str(photo.pk)})

    assert "Flight NH961 to Tokyo" in asyncio.run(use()).structured_content["text"]


def test_stdio_reports_an_invalid_token(media_root, owner):
    environment = process_environment(media_root) | {"PHOTOSEARCH_TOKEN": "ps_wrong"}
    finished = subprocess.run(
        [sys.executable, "manage.py", "mcp"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "contains no valid token" in finished.stderr
