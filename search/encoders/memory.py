"""Memory that the allocator keeps for itself."""

import ctypes


def return_memory() -> None:
    """Give back to the system what is free: after loading or a batch that can be more than the models themselves."""
    ctypes.CDLL(None).malloc_trim(0)
