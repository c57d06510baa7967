"""Memory that the allocator keeps for itself."""

import ctypes


def return_memory() -> None:
    """Give freed memory back to the system: glibc alone would keep hundreds of megabytes for the next large picture."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
