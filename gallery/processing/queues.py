"""The broker of the queues, and how full they are."""

from typing import cast

import dramatiq
from dramatiq.brokers.redis import RedisBroker


def redis_broker() -> RedisBroker:
    """Return the broker that the settings configure."""
    return cast(RedisBroker, dramatiq.get_broker())


def broker_version() -> str:
    """Return the version of Valkey or Redis; raises RedisError if it does not answer."""
    info = redis_broker().client.info("server")
    return str(info.get("valkey_version") or info["redis_version"])


def queue_lengths() -> dict[str, int]:
    """Return the number of messages in each queue; raises RedisError."""
    broker = redis_broker()
    return {name: broker.client.llen(f"{broker.namespace}:{name}") for name in sorted(broker.get_declared_queues())}


def messages_in_work() -> dict[str, int]:
    """Return the number of messages of each queue that workers have fetched and not finished; raises RedisError."""
    broker = redis_broker()
    heartbeats = cast(list[bytes], broker.client.zrange(f"{broker.namespace}:__heartbeats__", 0, -1))
    workers = [worker.decode() for worker in heartbeats]
    return {
        name: sum(broker.client.scard(f"{broker.namespace}:__acks__.{worker}.{name}") for worker in workers)
        for name in broker.get_declared_queues()
    }
