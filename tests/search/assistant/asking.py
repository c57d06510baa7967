"""Calls of the tools of a server in this process, with the MCP package's client."""

import asyncio
from typing import Any

from mcp.client.client import Client

from search.assistant.server import make_server


def ask(token: str, tool: str, **arguments: Any) -> Any:
    """Return the result of a tool of a server in this process."""

    async def call() -> Any:
        async with Client(make_server(token=token)) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(call())


def sentence(result: Any) -> str:
    assert result.is_error
    return str(result.content[0].text)
