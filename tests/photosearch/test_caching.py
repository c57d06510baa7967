"""The cache in Valkey, and without it."""

import os

import pytest
from django.core.cache import caches

from photosearch.caching import ForgivingCache

BACKEND = "photosearch.caching.ForgivingCache"


@pytest.fixture
def cache(settings):
    settings.CACHES = {"default": {"BACKEND": BACKEND, "LOCATION": os.environ["REDIS_URL"], "KEY_PREFIX": "test"}}
    yield caches["default"]
    caches["default"].clear()


def test_processes_share_what_one_has_stored(cache):
    cache.set("word", "shared", 10)
    assert ForgivingCache(os.environ["REDIS_URL"], {"KEY_PREFIX": "test"}).get("word") == "shared"
    assert cache.add("count", 0, 10)
    assert [cache.incr("count"), cache.incr("count")] == [1, 2]
    assert not cache.add("count", 0, 10)


def test_without_valkey_each_process_remembers_for_itself():
    cache = ForgivingCache("redis://localhost:1/0?socket_connect_timeout=1", {"KEY_PREFIX": "test"})
    assert cache.add("count", 0, 10)
    assert cache.incr("count") == 1
    cache.set("word", "kept", 10)
    assert cache.get("word") == "kept"
    assert cache.get("other", "default") == "default"
    assert cache.get_or_set("made", lambda: "here", 10) == "here"
