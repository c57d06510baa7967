"""Messages between the encoder process and its clients: a JSON header, then the raw arrays that it lists.

Not pickled, because unpickling can run code.
"""

import json
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import numpy as np


def send(connection: Connection, header: dict[str, Any], arrays: Sequence[np.ndarray] = ()) -> None:
    """Send `header` (JSON-serialisable) and `arrays` (of any numeric type and shape)."""
    header = {**header, "arrays": [(array.dtype.str, array.shape) for array in arrays]}
    connection.send_bytes(json.dumps(header).encode())
    for array in arrays:
        connection.send_bytes(np.ascontiguousarray(array).tobytes())


def receive(connection: Connection, *, max_bytes: int | None = None) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Wait for the next message and return its header and arrays.

    Raises:
        EOFError: the other side closed the connection.
        OSError: the connection broke, or a part is longer than `max_bytes`.
        ValueError: the message is malformed.
    """
    header = json.loads(connection.recv_bytes(max_bytes))
    arrays = [
        np.frombuffer(connection.recv_bytes(max_bytes), dtype=np.dtype(kind)).reshape(shape)
        for kind, shape in header["arrays"]
    ]
    return header, arrays
