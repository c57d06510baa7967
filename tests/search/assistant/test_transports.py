"""The server over HTTP and over standard input, asked with the package's own client."""

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
# The package would give up after five seconds, and a busy machine's first answer may take longer.
PATIENCE = 60


@pytest.fixture
def address(media_root) -> Iterator[str]:
    """Where the supervised program answers."""
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


def connected(address: str, key: str) -> Callable[[], Any]:
    @asynccontextmanager
    async def connect() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            yield client

    return connect


def test_over_http_a_key_is_asked_for_and_the_tools_answer(address, key, allowed, owner, photo):
    async def use(connect: Callable[[], Any]) -> Any:
        async with connect() as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            return names, await client.call_tool("search", {"query": "Flight"})

    names, found = asyncio.run(use(connected(address, key)))
    assert "contact_sheet" in names
    assert [hit["id"] for hit in found.structured_content["results"]] == [str(photo.pk)]
    other = issue_token("x", user=owner, scopes=[Scope.SEARCH])[1]
    for value, status in (("Basic eDp4", 401), ("Bearer ps_wrong", 401), (f"Bearer {other}", 403)):
        response = httpx2.post(address, headers={"Authorization": value}, json={}, timeout=PATIENCE)
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
    headers = {"Authorization": f"Bearer {key}"}
    listening = httpx2.get(address, headers=headers, timeout=PATIENCE)
    assert listening.status_code == 405
    rebound = httpx2.post(address, headers=headers | {"Host": "evil.example"}, json={}, timeout=PATIENCE)
    assert rebound.status_code == 421


def test_over_http_too_an_address_may_guess_so_many_keys_in_a_minute(address, key, allowed):
    def guess(number: int, known: str = "") -> int:
        headers = {"Authorization": f"Bearer {known or f'ps_{number}'}", "X-Forwarded-For": "198.51.100.4, 192.0.2.77"}
        return httpx2.post(address, headers=headers, json={}, timeout=PATIENCE).status_code

    # Twice as many and one: a minute may end in between.
    assert {guess(number) for number in range(2 * GUESSES + 1)} == {401, 429}
    assert guess(0, known=key) not in (401, 429)


def test_over_standard_input_the_key_of_the_environment_counts(key, allowed, photo, media_root):
    environment = process_environment(media_root) | {"ELASTICSEARCH_URL": "", "PHOTOSEARCH_TOKEN": key}

    async def use() -> Any:
        server = StdioServerParameters(command=sys.executable, args=["manage.py", "mcp"], env=environment, cwd=ROOT)
        async with Client(server) as client:
            return await client.call_tool("photo_text", {"id": str(photo.pk)})

    assert "Flight NH961 to Tokyo" in asyncio.run(use()).structured_content["text"]


def test_over_standard_input_a_wrong_key_is_told_at_once(media_root, owner):
    environment = process_environment(media_root) | {"PHOTOSEARCH_TOKEN": "ps_wrong"}
    finished = subprocess.run(
        [sys.executable, "manage.py", "mcp"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "holds no valid key" in finished.stderr
