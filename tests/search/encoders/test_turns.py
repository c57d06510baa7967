"""Queries of one person take turns; those of different people run at the same time."""

import threading

import pytest

from search.encoders.turns import TooManyQueries, Turns


def test_second_query_waits_and_third_is_refused():
    turns, events, has_begun = Turns(), [], threading.Event()

    def ask_second():
        has_begun.set()
        with turns.turn_of(1):
            events.append("second")

    second = threading.Thread(target=ask_second)
    with turns.turn_of(1):
        second.start()
        has_begun.wait()
        while turns._queries[1] < 2:
            pass
        with pytest.raises(TooManyQueries), turns.turn_of(1):
            pass
        with turns.turn_of(2):
            events.append("another person")
        events.append("first")
    second.join()
    assert events == ["another person", "first", "second"]


def test_forgets_people_without_queries():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn_of(1):
        raise ZeroDivisionError
    with turns.turn_of(1), turns.turn_of(2):
        pass
    assert not turns._queries
    assert not turns._locks
