"""Identities of files in folders and archives: a digest of the bytes that name where a file lies.

Names as people see them are decoded and cleaned, so that several files can share one. They are for display only.
"""

import os
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import models


def identity_of(location: bytes) -> UUID:
    """Return the identity of the file at `location`: the raw bytes of its path, or of its archive and member."""
    return UUID(bytes=sha256(location).digest()[:16])


def location_of(path: str) -> bytes:
    """Return the raw bytes of a path as Python's functions for files return it."""
    return os.fsencode(path)


def storable_path(path: str) -> str:
    """Return `path` with NUL and bytes that are not UTF-8 escaped, because PostgreSQL refuses them."""
    return path.replace("\0", "\\0").encode(errors="surrogateescape").decode(errors="backslashreplace")


class IdentityField(models.UUIDField):
    """The identity of a file; by default that of the path in the field named `of`."""

    def __init__(self, *, of: str = "path", **options: Any) -> None:
        self.of = of
        super().__init__(**options | {"editable": False})

    def deconstruct(self) -> Any:
        """Migrations know a plain column: they compute existing identities themselves."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.UUIDField", args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Set the identity of the path unless there is one."""
        if getattr(model_instance, self.attname) is None:
            path = storable_path(getattr(model_instance, self.of))
            setattr(model_instance, self.attname, identity_of(path.encode()))
        return super().pre_save(model_instance, add)
