"""The messages between the encoder process and its clients: a JSON header, then the raw arrays that it announces.

No pickle: a message can do nothing but be read.
"""

import json
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import numpy as np


def send(connection: Connection, header: dict[str, Any], arrays: Sequence[np.ndarray] = ()) -> None:
    """Send `header` (anything JSON can say) and `arrays` (numbers of any type and shape)."""
    header = {**header, "arrays": [(array.dtype.str, array.shape) for array in arrays]}
    connection.send_bytes(json.dumps(header).encode())
    for array in arrays:
        connection.send_bytes(np.ascontiguousarray(array).tobytes())


def receive(connection: Connection, *, max_bytes: int | None = None) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Wait for the next message.

    Raises:
        EOFError: the other side has gone.
        OSError: the connection broke, or a part is longer than `max_bytes`.
        ValueError: this is no such message.
    """
    header = json.loads(connection.recv_bytes(max_bytes))
    arrays = [
        np.frombuffer(connection.recv_bytes(max_bytes), dtype=np.dtype(kind)).reshape(shape)
        for kind, shape in header["arrays"]
    ]
    return header, arrays
