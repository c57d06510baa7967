"""Returns memory that the allocator keeps."""

import ctypes


def return_memory() -> None:
    """Return freed memory to the system; glibc would keep hundreds of megabytes for the next large picture."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
