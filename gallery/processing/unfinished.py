"""Attempts that this process has begun and not finished; an orderly stop withdraws them, so that they don't count."""

from typing import Protocol


class UnfinishedAttempt(Protocol):
    """Work that was counted as an attempt before it began."""

    def withdraw(self) -> None:
        """Undo the count; called from the thread that stops the process."""


_unfinished: set[UnfinishedAttempt] = set()


def register(attempt: UnfinishedAttempt) -> None:
    """Add an attempt that is about to begin."""
    _unfinished.add(attempt)


def unregister(attempt: UnfinishedAttempt) -> bool:
    """Remove an attempt; return False if another thread has removed it before."""
    try:
        _unfinished.remove(attempt)
    except KeyError:
        return False
    return True


def withdraw_unfinished() -> None:
    """Withdraw all unfinished attempts of this process before it stops."""
    for attempt in list(_unfinished):
        attempt.withdraw()
