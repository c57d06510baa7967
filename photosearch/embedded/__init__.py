"""The servers that `make run` starts itself when the environment names none, and what keeps every program running.

Nothing here knows of pictures or of search: a folder and an account go in, programs and addresses come out.
"""


class StartFailed(Exception):
    """Something could not be started; the message says what failed and what to do about it."""
