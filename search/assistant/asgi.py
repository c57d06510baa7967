"""MCP server over streamable HTTP, without sessions; requests need a token."""

from collections.abc import Awaitable, Callable, MutableMapping
from io import BytesIO
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from mcp.server.transport_security import TransportSecuritySettings

from gallery.access.problems import problem_response
from gallery.access.throttles import count_invalid_token
from gallery.access.tokens import Scope, find_token
from photosearch.privacy import NO_STORE
from search.assistant.calls import bearer_token
from search.assistant.server import make_server

PATH = "/mcp"
MISSING_SCOPE = "Send a token with the scope “assistant”: Authorization: Bearer …"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def make_application() -> Application:
    """Return the ASGI application. It answers for the hosts in ALLOWED_HOSTS."""
    hosts = [host for name in settings.ALLOWED_HOSTS for host in (name, f"{name}:*")]
    server = make_server().streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[settings.PUBLIC_URL]),
    )

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = await sync_to_async(_refusal, thread_sensitive=False)(ASGIRequest(scope, BytesIO()))
            if refusal:
                await _refuse(refusal, _privately(send))
                return
        await server(scope, receive, _privately(send))

    return application


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """Return the error response for a request without access, else None. Each call checks the token again."""
    close_old_connections()
    token = find_token(bearer_token(request.headers))
    if token is None:
        wait = count_invalid_token(request)
        refusal = problem_response(429 if wait else 401, MISSING_SCOPE)
        refusal["Retry-After" if wait else "WWW-Authenticate"] = str(wait) if wait else 'Bearer realm="photosearch"'
        return refusal
    if Scope.ASSISTANT not in token.scopes:
        return problem_response(403, MISSING_SCOPE)
    if request.method == "GET":
        # Without sessions the server never sends events, and the connection would stay open in vain.
        refusal = problem_response(405, "Use POST.")
        refusal["Allow"] = "POST"
        return refusal
    return None


def _privately(send: Send) -> Send:
    """Return `send` with the headers that forbid caching."""

    async def send_privately(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message.get("headers", ()) if name.lower() != b"cache-control"]
            more = ((b"cache-control", NO_STORE.encode()), (b"x-content-type-options", b"nosniff"))
            message = {**message, "headers": [*headers, *more]}
        await send(message)

    return send_privately


async def _refuse(refusal: HttpResponse, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in refusal.items()]
    await send({"type": "http.response.start", "status": refusal.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": refusal.content})
