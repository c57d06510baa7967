"""Columns that hold the canonical form of another column, and stay right however the row is written.

Databases cannot fold texts as Python does, so the columns are written by Python: by `FoldedField.pre_save` when an
instance is saved or inserted, and by `FoldedQuerySet` when rows are updated.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.base import ModelBase

from gallery.text.canonical import fold

Row = TypeVar("Row", bound=models.Model)


def _text_of(value: Any) -> str:
    return str(value or "")


class FoldedField(models.TextField):
    """The canonical form of the field named `of`; `read` returns the text in the value of a field that is no text."""

    def __init__(self, *, of: str, read: Callable[[Any], str] = _text_of) -> None:
        self.of, self.read = of, read
        super().__init__(default="", editable=False, blank=True)

    def clone(self) -> "FoldedField":
        """Return a copy that belongs to no model."""
        return type(self)(of=self.of, read=self.read)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Migrations know a plain column: they fold by themselves (`gallery.models.refolding`)."""
        name, _path, args, options = super().deconstruct()
        return str(name), "django.db.models.TextField", args, options

    def folded(self, value: Any) -> str:
        """Return the column's value for a value of the field `of`."""
        return fold(self.read(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002  (Django's signature)
        """Fold the current value of the field `of`."""
        text = self.folded(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, text)
        return text


def folded_fields(model: type[models.Model], *, of: Collection[str]) -> Iterator[FoldedField]:
    """Yield the folded fields of `model` that depend on the fields named in `of`."""
    for field in model._meta.concrete_fields:
        if isinstance(field, FoldedField) and field.of in of:
            yield field


def _with_folded(model: type[models.Model], names: Iterable[str]) -> list[str]:
    """Return names of fields, and those of the folded fields that depend on them."""
    written = list(names)
    return list(dict.fromkeys([*written, *(field.name for field in folded_fields(model, of=written))]))


class FoldedQuerySet(models.QuerySet[Row]):
    """Rows whose folded columns follow every update."""

    def update(self, **values: Any) -> int:
        """Update the rows. Raises FieldError for an expression, whose result only the database knows."""
        for field in folded_fields(self.model, of=values):
            if field.name in values:  # bulk_update, which has folded each row
                continue
            if hasattr(values[field.of], "resolve_expression"):
                raise FieldError(f"{field.of} is folded in Python: update it with a value instead of an expression.")
            values[field.name] = field.folded(values[field.of])
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_update(self, objs: Iterable[Row], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Update these fields of the rows, and what is folded from them."""
        rows, written = list(objs), _with_folded(self.model, fields)
        for field in folded_fields(self.model, of=written):
            for row in rows:
                field.pre_save(row, add=False)
        return super().bulk_update(rows, written, batch_size)

    bulk_update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[Row],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Row]:
        """Insert the rows; in a conflict, what is folded from `update_fields` is updated too."""
        if update_fields:
            update_fields = _with_folded(self.model, update_fields)
        return super().bulk_create(objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields)

    bulk_create.alters_data = True  # type: ignore[attr-defined]


class FoldedModel(models.Model):
    """A model with folded fields: saving some of its fields saves what is folded from them."""

    class Meta:
        abstract = True

    def save_base(
        self,
        raw: bool = False,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Save the row; `update_fields` are set for partial saves and for instances with deferred fields."""
        if update_fields:
            update_fields = frozenset(_with_folded(type(self), update_fields))
        super().save_base(raw, force_insert, force_update, using, update_fields)
