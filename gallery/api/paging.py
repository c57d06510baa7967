"""Lists that are cut by cursor, which tells of the last object shown; nothing is counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from gallery.access.fields import QueryInteger, QuerySerializer
from gallery.models import LocalDateTimeField

MAX_PAGE = 200
NUMBER = "[0-9]{1,18}"
# When, in microseconds, and the number of the object: many may share a moment.
MOMENT = rf"-?{NUMBER}\.{NUMBER}"
# The same of the server's own clock: never before 1970, and within the years that datetime knows.
SERVER_MOMENT = rf"[0-9]{{1,17}}\.{NUMBER}"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Clients shall not know what it is.
BEFORE = "`next_cursor` of the page before."


class PageQuery(QuerySerializer):
    """Which part of a list."""

    cursor = serializers.RegexField(f"^{NUMBER}$", required=False, help_text=BEFORE)
    page_size = QueryInteger(required=False, default=60, min_value=1, max_value=MAX_PAGE)


def answer_page(
    rows: QuerySet[Any], query: PageQuery, serializer: type[serializers.ModelSerializer], *, latest_first: bool = True
) -> dict[str, Any]:
    """The page of `rows`, by their numbers, that a valid query asks for, and where to go on."""
    if "cursor" in query.validated_data:
        cursor = query.validated_data["cursor"]
        if not cursor.isdecimal():
            raise _another_order()
        rows = rows.filter(**{"pk__lt" if latest_first else "pk__gt": int(cursor)})
    shown, last = _cut(rows.order_by("-pk" if latest_first else "pk"), query)
    return {"results": serializer(shown, many=True).data, "next_cursor": str(last.pk) if last else None}


def answer_page_by(
    by: str,
    rows: QuerySet[Any],
    query: PageQuery,
    serializer: type[serializers.ModelSerializer],
    *,
    latest_first: bool = True,
) -> dict[str, Any]:
    """The same by the moments of the field `by`, which the cursor names; ValidationError."""
    sign, behind = ("-", "lt") if latest_first else ("", "gt")
    if "cursor" in query.validated_data:
        is_local = isinstance(rows.model._meta.get_field(by), LocalDateTimeField)
        moment, pk = _read_cursor(query.validated_data["cursor"], is_local=is_local)
        # Said in two ways, the first of which an index knows.
        rows = rows.filter(Q((f"{by}__{behind}e", moment)), Q((f"{by}__{behind}", moment)) | Q((f"pk__{behind}", pk)))
    shown, last = _cut(rows.order_by(f"{sign}{by}", f"{sign}pk"), query)
    cursor = f"{in_microseconds(getattr(last, by))}.{last.pk}" if last else None
    return {"results": serializer(shown, many=True).data, "next_cursor": cursor}


def in_microseconds(moment: datetime) -> int:
    """Since 1970, of a moment in UTC or a local time."""
    return (moment.replace(tzinfo=UTC) - EPOCH) // MICROSECOND


def moment_of(microseconds: int) -> datetime:
    """The moment, in UTC, that `in_microseconds` told of; OverflowError."""
    return EPOCH + microseconds * MICROSECOND


def _read_cursor(cursor: str, *, is_local: bool) -> tuple[datetime, int]:
    microseconds, dot, pk = cursor.partition(".")
    if not dot:
        raise _another_order()
    try:
        moment = moment_of(int(microseconds))
    except OverflowError as error:
        raise _another_order() from error
    return moment.replace(tzinfo=None) if is_local else moment, int(pk)


def _another_order() -> serializers.ValidationError:
    return serializers.ValidationError({"cursor": _("This is not from a list in the same order.")})


def _cut(rows: QuerySet[Any], query: PageQuery) -> tuple[list[Any], Any]:
    """So many of `rows` as a valid query asks for, and the last of them; None if there are no more."""
    size = query.validated_data["page_size"]
    # One more than is shown tells whether there are more.
    found = list(rows[: size + 1])
    return found[:size], found[size - 1] if len(found) > size else None
