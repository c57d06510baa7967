"""The environment, and the folders that it names."""

import os
from pathlib import Path

import environ

from photosearch.embedded.addresses import read_addresses

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(
    env.str(
        "DATA_DIR",
        default="/var/lib/photosearch" if os.geteuid() == 0 else str(Path.home() / ".local/share/photosearch"),
    )
).absolute()
RUN_DIR = DATA_DIR / "run"
# nginx's configuration, and the sockets on which our processes listen for nginx.
FRONT_DIR = RUN_DIR / "front"

# Addresses and secrets of the servers that `manage.py up` started. The environment has precedence.
env.ENVIRON = {**read_addresses(RUN_DIR), **os.environ}
