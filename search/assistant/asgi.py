"""The server over HTTP (streamable, without sessions), before it a gate that lets nobody in without a key."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from mcp.server.transport_security import TransportSecuritySettings

from gallery.tokens import Scope, find_token
from search.assistant.gate import key_in
from search.assistant.server import make_server

PATH = "/mcp"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def make_application() -> Application:
    """The ASGI application; which hosts it answers for is Django's own ALLOWED_HOSTS."""
    hosts = [host for name in settings.ALLOWED_HOSTS for host in (name, f"{name}:*")]
    server = make_server().streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[settings.PUBLIC_URL]),
    )

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            status = await sync_to_async(_refusal, thread_sensitive=False)(key_in(headers))
            if status:
                await _refuse(status, send)
                return
        await server(scope, receive, send)

    return application


def _refusal(key: str) -> HTTPStatus | None:
    """Why this key is not let in; each call of a tool is judged again, and logged."""
    close_old_connections()
    token = find_token(key)
    if token is None:
        return HTTPStatus.UNAUTHORIZED
    return None if Scope.ASSISTANT in token.scopes else HTTPStatus.FORBIDDEN


async def _refuse(status: HTTPStatus, send: Send) -> None:
    detail = "Send a key with the scope “assistant”: Authorization: Bearer …"
    body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "errors": []}
    headers = [(b"content-type", b"application/problem+json")]
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Bearer realm="photosearch"'))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
