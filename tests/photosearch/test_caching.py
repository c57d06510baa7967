"""The cache in Valkey, and in memory while Valkey is down."""

import json
import os
import pickle

import numpy as np
import pytest
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import Redis

from gallery.access.throttles import seconds_to_wait
from photosearch.caching import ForgivingCache, JsonMemoryCache, remember
from search.vectors.search import Sample, sample_vectors

BACKENDS = {
    "valkey": {"BACKEND": "photosearch.caching.ForgivingCache", "LOCATION": os.environ["REDIS_URL"]},
    "memory": {"BACKEND": "photosearch.caching.JsonMemoryCache"},
    "valkey is down": {
        "BACKEND": "photosearch.caching.ForgivingCache",
        "LOCATION": "redis://localhost:1/0?socket_connect_timeout=1",
    },
}
PREFIX = "test"


class Trap:
    """An object that runs code when it is unpickled."""

    def __reduce__(self):
        return (os.mkdir, ("/nonexistent/trap",))


# Entries that other programs with access to Valkey, or older versions, may have left.
HOSTILE = {
    "old pickle": pickle.dumps({"queue": True}),
    "trap": pickle.dumps(Trap()),
    "no UTF-8": b"\xff\xfe\x00",
    "broken JSON": b'{"queue": tr',
    "deep": b"[" * 100_000,
    "empty": b"",
    "long number": b"9" * 5000,
}
# JSON with a shape that no reader expects.
ODD = [b"[]", b"{}", b'"x"', b"true", b"5", b"1e999", b"[[1]]", b'{"queue": [], "vectors": "%"}', b"[1, [2, 3]]"]


@pytest.fixture
def cache(settings):
    settings.CACHES = {"default": BACKENDS["valkey"] | {"KEY_PREFIX": PREFIX}}
    yield caches["default"]
    caches["default"].clear()


@pytest.fixture
def valkey() -> Redis:
    return Redis.from_url(os.environ["REDIS_URL"])


def test_processes_share_entries(cache):
    cache.set("word", "shared", 10)
    assert ForgivingCache(os.environ["REDIS_URL"], {"KEY_PREFIX": PREFIX}).get("word") == "shared"
    assert cache.add("count", 0, 10)
    assert [cache.incr("count"), cache.incr("count")] == [1, 2]
    assert not cache.add("count", 0, 10)


def test_each_process_caches_alone_without_valkey():
    cache = ForgivingCache("redis://localhost:1/0?socket_connect_timeout=1", {"KEY_PREFIX": PREFIX})
    assert cache.add("count", 0, 10)
    assert cache.incr("count") == 1
    cache.set("word", "kept", 10)
    assert cache.get("word") == "kept"
    assert cache.get("other", "default") == "default"
    assert cache.get_or_set("made", lambda: "here", 10) == "here"


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)
def test_returns_json_values_unchanged(settings, backend):
    settings.CACHES = {"default": backend | {"KEY_PREFIX": PREFIX}}
    cache = caches["default"]
    for number, value in enumerate([0, -3, 2**60, 1.5, True, False, "张 \u202e", [], {"a": [1, None, "b"]}, ""]):
        cache.set(f"value-{number}", value, 10)
        found = cache.get(f"value-{number}", "nothing")
        assert (type(found), found) == (type(value), value)
    cache.set_many({"one": 1, "two": [2]}, 10)
    assert cache.get_many(["one", "two", "three"]) == {"one": 1, "two": [2]}


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)
@pytest.mark.parametrize(
    "value",
    [(1, 2), {1: 2}, {"a": (1,)}, float("nan"), b"bytes", np.zeros(2), Trap(), {1, 2}, Sample(np.zeros((1, 2)), 1)],
    ids=lambda value: type(value).__name__,
)
def test_refuses_values_that_json_would_change(settings, backend, value):
    settings.CACHES = {"default": backend | {"KEY_PREFIX": PREFIX}}
    for store in (caches["default"].set, caches["default"].add):
        with pytest.raises((TypeError, ValueError)):
            store("value", value, 10)


def test_stores_text_readable_by_any_program(cache, valkey):
    cache.set("word", {"a": ["b", 1.5]}, 10)
    assert json.loads(valkey.get(cache.make_key("word"))) == {"a": ["b", 1.5]}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_misses_bytes_that_are_not_json(cache, valkey, data):
    valkey.set(cache.make_key("word"), data, ex=10)
    assert cache.get("word") is None
    assert cache.get("word", "default") == "default"
    assert cache.get_many(["word"]) == {}
    assert cache.get_or_set("word", "new", 10) == "new"
    assert cache.get("word") == "new"


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_restarts_replaced_request_count(cache, valkey, monkeypatch, data):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 600.0)
    valkey.set(cache.make_key("requests:x:10"), data, ex=10)
    assert [bool(seconds_to_wait("x", limit=2)) for _request in range(5)][-1]


@pytest.mark.parametrize("data", [*HOSTILE.values(), *ODD], ids=[*HOSTILE, *map(str, range(len(ODD)))])
def test_replaces_entries_of_another_shape(client, owner, settings, cache, valkey, data):
    settings.METRICS_TOKEN = "scrape-me"
    for key in ("neighbours", "metrics", f"vector-sample-{owner.pk}-x"):
        valkey.set(cache.make_key(key), data, ex=10)
    assert client.get("/api/v1/health/ready/").json()["queue"] is True
    assert (
        b"photosearch_photos 0.0"
        in client.get("/api/v1/metrics/", headers={"Authorization": "Bearer scrape-me"}).content
    )
    sample = sample_vectors("x", dimensions=2, user=owner)
    assert (sample.vectors.shape, sample.photos) == ((0, 2), 0)


def test_reads_same_value_from_cache_as_computed(cache):
    made = []

    def make() -> list[int]:
        made.append(1)
        return [3, 4]

    assert [remember("pair", make, seconds=10, read=tuple) for _time in range(3)] == [(3, 4)] * 3
    assert len(made) == 1


def test_no_cache_pickles(settings):
    assert issubclass(JsonMemoryCache, LocMemCache)
    assert issubclass(ForgivingCache, RedisCache)
    for backend in (ForgivingCache(os.environ["REDIS_URL"], {}), JsonMemoryCache("x", {})):
        with pytest.raises(TypeError):
            backend.set("trap", Trap(), 10)
