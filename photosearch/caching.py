"""The cache: JSON in Valkey, shared by all processes, or in each process's memory while Valkey is down."""

import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError, ResponseError

logger = logging.getLogger(__name__)
Value = TypeVar("Value")


def remember(key: str, make: Callable[[], Any], *, seconds: int, read: Callable[[Any], Value]) -> Value:
    """Return `read` of the value cached under `key`; if missing or unreadable, cache and read `make()` instead.

    `make` returns JSON-serialisable data. `read` may raise ArithmeticError, LookupError, TypeError or ValueError: then
    another version or program wrote the entry, and it is replaced.
    """
    stored = cache.get(key)
    if stored is not None:
        try:
            return read(stored)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            logger.warning("The cache entry %s is unreadable; replacing it.", key)
    made = make()
    cache.set(key, made, seconds)
    return read(made)


class JsonSerializer:
    """Serialises cached values as JSON; unlike pickle, reading it runs no code.

    Integers are stored as they are, so that Valkey can increment them.
    """

    def dumps(self, value: Any) -> int | bytes:
        """Return the bytes.

        Raises:
            TypeError, ValueError: JSON would change the value, such as a tuple, a non-string key, or NaN.
        """
        if type(value) is int:
            return value
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
        if json.loads(text) != value:
            raise TypeError(f"JSON would change the cached value: {type(value).__name__}")
        return text.encode()

    def loads(self, data: Any) -> Any:
        """Return the value; None for bytes that are not JSON, such as pickles of older versions."""
        try:
            return json.loads(data) if isinstance(data, bytes) else data
        except (ValueError, RecursionError):
            return None


class JsonClient(RedisCacheClient):
    """A Valkey client that deletes unreadable entries, so that `add` replaces them."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        serializer: Any = JsonSerializer
        super().__init__(servers, serializer=serializer, **options)

    def get(self, key: Any, default: Any) -> Any:
        value = super().get(key, default)
        if value is not None:
            return value
        self.delete(key)
        return default

    def get_many(self, keys: Any) -> dict[Any, Any]:
        return {key: value for key, value in super().get_many(keys).items() if value is not None}

    def incr(self, key: Any, delta: int) -> int:
        try:
            return int(super().incr(key, delta))
        except ResponseError as error:  # not a number
            self.delete(key)
            raise ValueError(f"Key '{key}' not found.") from error


class JsonMemoryCache(LocMemCache):
    """A cache in this process's memory that refuses the same values as the Valkey client."""

    _serializer = JsonSerializer()

    def add(self, key: str, value: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(super().add(key, self._serializer.dumps(value), *args, **kwargs))

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        super().set(key, self._serializer.dumps(value), *args, **kwargs)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        stored = super().get(key, None, version=version)
        value = None if stored is None else self._serializer.loads(stored)
        return default if value is None else value


class ForgivingCache(RedisCache):
    """A Valkey cache that uses this process's memory while Valkey is down, so that no request fails."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = JsonClient
        self._substitute = JsonMemoryCache("valkey-is-down", params)

    def _either(self, method: str, *args: Any, **kwargs: Any) -> Any:
        operation: Callable[..., Any] = getattr(super(), method)
        try:
            return operation(*args, **kwargs)
        except RedisError as error:
            logger.warning("Valkey does not answer, caching in memory: %s", error)
            return getattr(self._substitute, method)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._either("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._either("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._either("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._either("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._either("delete", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._either("get_many", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._either("set_many", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._either("incr", *args, **kwargs)
