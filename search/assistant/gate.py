"""Before every question of an assistant: whose key it is, what that person allows; after it: a line in their log."""

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
from search.assistant.extent import readable_photos
from search.assistant.masking import mask, mask_excerpt, mask_lines
from search.saved import assistant_searches

Extent = AssistantAccess.Extent
# What is written down of a question.
MOST_ARGUMENTS = 10
LONGEST_NAME = 50
LONGEST_VALUE = 300
Answer = TypeVar("Answer")


class Refused(Exception):
    """The assistant gets no answer; the message is a sentence that it can pass on."""


@dataclass(frozen=True)
class Caller:
    """Who is asked for, and what they allow."""

    user: User
    access: AssistantAccess

    @cached_property
    def photos(self) -> PhotoQuerySet:
        """The photos that the assistant may know of, for one question."""
        return readable_photos(self.access)

    @property
    def searched_photos(self) -> PhotoQuerySet | None:
        """The same for a search of the person's photos; None where it need not be narrowed."""
        return None if self.access.extent == Extent.GALLERY else self.photos

    def tell(self, text: str) -> str:
        """`text` as the assistant may read it."""
        return text if self.access.shows_sensitive else mask(text)

    def tell_lines(self, lines: Sequence[str]) -> list[str]:
        """The lines of a picture, likewise."""
        return list(lines) if self.access.shows_sensitive else mask_lines(lines)

    def tell_excerpt(self, excerpt: str, *, text: str) -> str:
        """A piece of `text`, likewise."""
        return excerpt if self.access.shows_sensitive else mask_excerpt(excerpt, text=text)


def key_in(headers: Mapping[str, str] | None) -> str:
    """The key in `Authorization: Bearer …`, or nothing."""
    scheme, _space, key = (headers or {}).get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def answer(tool: str, arguments: Mapping[str, Any], *, key: str, ask: Callable[[Caller], tuple[Answer, str]]) -> Answer:
    """What `ask` answers, and a sentence on it for the log; Refused is written there too.

    This runs in a thread of the server's, which keeps its connection to the database from one question to the next.
    """
    close_old_connections()
    try:
        token = find_token(key)
        if token is None:
            raise Refused("This key is unknown, expired or revoked.")
        try:
            result, outcome = ask(_admit(token))
        except Refused as refusal:
            _note(token, tool, arguments, str(refusal), is_refused=True)
            raise
        _note(token, tool, arguments, outcome)
        return result
    finally:
        close_old_connections()


def _admit(token: ApiToken) -> Caller:
    if Scope.ASSISTANT not in token.scopes:
        raise Refused("This key does not let assistants in.")
    wait = seconds_to_wait(f"assistant:{token.pk}", limit=settings.ASSISTANT_CALLS_PER_MINUTE)
    if wait:
        raise Refused(f"Too many questions; ask again in {wait} seconds.")
    access = access_of(token.user)
    is_chosen = access.extent != Extent.SEARCHES or assistant_searches(user=token.user).exists()
    if access.extent == Extent.NOTHING or not is_chosen:
        raise Refused("Assistants may read nothing here: the page “Assistants” of the gallery changes that.")
    return Caller(token.user, access)


def _note(token: ApiToken, tool: str, arguments: Mapping[str, Any], outcome: str, *, is_refused: bool = False) -> None:
    few = islice(arguments.items(), MOST_ARGUMENTS)
    AssistantCall.objects.create(
        user=token.user,
        token_name=token.name,
        tool=_shorten(tool, LONGEST_NAME),
        arguments={_shorten(name, LONGEST_NAME): _shorten(value, LONGEST_VALUE) for name, value in few},
        outcome=_shorten(outcome, LONGEST_VALUE),
        is_refused=is_refused,
    )


def _shorten(value: object, length: int) -> str:
    """For the log, which holds whatever anybody sends."""
    return str(value).replace("\0", "")[:length]
