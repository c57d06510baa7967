"""Compares the CPU time of a function for inputs of two sizes: it must grow no faster than the input.

No time limit is absolute. Larger inputs get the CPU time of the smaller one, times the ratio of their sizes and some
slack; a timer stops work that needs more, so that a function that would take hours fails at once.
"""

import itertools
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, takewhile
from types import FrameType
from typing import TypeVar

Input = TypeVar("Input")

STEP = 4
SMALLEST = 16
# Quadratic work takes STEP times as long as linear work at each step.
SLACK = 2.5
TRIES = 4
# Below this, the timer's resolution (a kernel tick, 4 ms or 10 ms) and caches matter more than the work.
SHORTEST = 0.01


class _TooMuchWork(Exception):
    """The work has used up its CPU time."""


def assert_linear(work: Callable[[Input], object], make: Callable[[int], Input], *, largest: int) -> None:
    """Fail if `work(make(size))` takes more than linear CPU time for sizes up to `largest`."""
    # From very small sizes on: work of the fourth power would not finish for others.
    sizes = sorted(takewhile(lambda size: size >= SMALLEST, (largest // STEP**exponent for exponent in count())))
    for smaller, larger in itertools.pairwise(sizes):
        assert any(_grows_linearly(work, make, smaller, larger) for _try in range(TRIES)), (
            f"from {smaller} to {larger} the work grows by more than {STEP * SLACK:g} times"
        )


def _grows_linearly(work: Callable[[Input], object], make: Callable[[int], Input], smaller: int, larger: int) -> bool:
    small, large = make(smaller), make(larger)
    began = time.process_time()
    work(small)
    allowed = max(time.process_time() - began, SHORTEST) * STEP * SLACK
    try:
        with _at_most(allowed):
            work(large)
    except _TooMuchWork:
        return False
    return True


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Interrupt work that uses more CPU time; Python's expressions check for signals while they search."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise _TooMuchWork

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
