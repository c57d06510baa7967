"""Asks a server in this process with the package's own client."""

import asyncio
from typing import Any

from mcp.client.client import Client

from search.assistant.server import make_server


def ask(key: str, tool: str, **arguments: Any) -> Any:
    """The answer of a server in this process."""

    async def call() -> Any:
        async with Client(make_server(key=key)) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(call())


def sentence(result: Any) -> str:
    assert result.is_error
    return str(result.content[0].text)
