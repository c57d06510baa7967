"""Calls of assistants: their token and rate limit are checked before, and a log entry is written after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import close_old_connections

from gallery.access.throttles import seconds_to_wait
from gallery.access.tokens import ApiToken, Scope, find_token
from gallery.assistants import AssistantAccess, AssistantCall, access_of
from gallery.models import PhotoQuerySet
from search.assistant.masking import mask, mask_excerpt, mask_lines
from search.assistant.readable_photos import readable_photos
from search.saved import assistant_searches

Extent = AssistantAccess.Extent
# Limits of a log entry.
MAX_ARGUMENTS = 10
MAX_NAME_LENGTH = 50
MAX_VALUE_LENGTH = 300
Answer = TypeVar("Answer")


class CallRefused(Exception):
    """The call is refused. The message is a sentence for the assistant."""


@dataclass(frozen=True)
class Caller:
    """The user whose photos an assistant reads, and the access that the user grants."""

    user: User
    access: AssistantAccess

    @cached_property
    def photos(self) -> PhotoQuerySet:
        """The photos that the assistant may read in this call."""
        return readable_photos(self.access)

    @property
    def searched_photos(self) -> PhotoQuerySet | None:
        """The photos that a search must be limited to; None without a limit."""
        return None if self.access.extent == Extent.GALLERY else self.photos

    def redact(self, text: str) -> str:
        """Return `text` with sensitive numbers masked, unless the user shows them."""
        return text if self.access.shows_sensitive else mask(text)

    def redact_lines(self, lines: Sequence[str]) -> list[str]:
        """Return the lines of one picture, redacted in the same way."""
        return list(lines) if self.access.shows_sensitive else mask_lines(lines)

    def redact_excerpt(self, excerpt: str, *, text: str) -> str:
        """Return a part of `text`, redacted in the same way."""
        return excerpt if self.access.shows_sensitive else mask_excerpt(excerpt, text=text)


def bearer_token(headers: Mapping[str, str] | None) -> str:
    """Return the token in `Authorization: Bearer …`, or an empty string."""
    scheme, _space, token = (headers or {}).get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def handle_call(
    tool: str, arguments: Mapping[str, Any], *, token: str, run: Callable[[Caller], tuple[Answer, str]]
) -> Answer:
    """Check the token, run the tool and log the call; `run` returns the answer and its outcome for the log.

    Runs in a thread of the server, which keeps its database connection between calls.

    Raises:
        CallRefused: the token is invalid, the user allows nothing, or the tool refuses. Logged if the token is valid.
    """
    close_old_connections()
    try:
        api_token = find_token(token)
        if api_token is None:
            raise CallRefused("This token is unknown, expired or revoked.")
        try:
            answer, outcome = run(_admit(api_token))
        except CallRefused as refusal:
            _log(api_token, tool, arguments, str(refusal), is_refused=True)
            raise
        _log(api_token, tool, arguments, outcome)
        return answer
    finally:
        close_old_connections()


def _admit(token: ApiToken) -> Caller:
    if Scope.ASSISTANT not in token.scopes:
        raise CallRefused("This token lacks the scope “assistant”.")
    wait = seconds_to_wait(f"assistant:{token.pk}", limit=settings.ASSISTANT_CALLS_PER_MINUTE)
    if wait:
        raise CallRefused(f"Too many requests. Try again in {wait} seconds.")
    access = access_of(token.user)
    has_searches = access.extent != Extent.SEARCHES or assistant_searches(user=token.user).exists()
    if access.extent == Extent.NOTHING or not has_searches:
        raise CallRefused(
            "Assistants have no access to this gallery. The user can change that on the page “Assistants”."
        )
    return Caller(token.user, access)


def _log(token: ApiToken, tool: str, arguments: Mapping[str, Any], outcome: str, *, is_refused: bool = False) -> None:
    AssistantCall.objects.create(
        user=token.user,
        token_name=token.name,
        tool=_shorten(tool, MAX_NAME_LENGTH),
        arguments={
            _shorten(name, MAX_NAME_LENGTH): _shorten(value, MAX_VALUE_LENGTH)
            for name, value in islice(arguments.items(), MAX_ARGUMENTS)
        },
        outcome=_shorten(outcome, MAX_VALUE_LENGTH),
        is_refused=is_refused,
    )


def _shorten(value: object, length: int) -> str:
    """Return a value that the log can store; assistants may send anything."""
    return str(value).replace("\0", "")[:length]
