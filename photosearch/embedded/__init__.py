"""Embedded servers, which `make run` starts unless the environment names others, and their supervisor.

This package knows nothing about photos or search: it gets a folder and an account, and returns programs and addresses.
"""


class StartFailed(Exception):
    """A program could not be started. The message says what failed and what to do."""
