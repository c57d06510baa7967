"""Cursor pagination: a cursor names the last object of the previous page. Lists have no total count."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from gallery.access.fields import QueryInteger, QuerySerializer
from gallery.models import LocalDateTimeField

MAX_PAGE = 200
NUMBER = "[0-9]{1,18}"
# Time in microseconds and the object's id, because several objects may have the same time.
MOMENT = rf"-?{NUMBER}\.{NUMBER}"
# The same for times from the server's clock: not before 1970, and within datetime's range.
SERVER_MOMENT = rf"[0-9]{{1,17}}\.{NUMBER}"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Says no more than this, so that cursors stay opaque to clients.
CURSOR_HELP = "`next_cursor` of the previous page."


class PageQuery(QuerySerializer):
    """Query parameters of every list with pages."""

    cursor = serializers.RegexField(f"^{NUMBER}$", required=False, help_text=CURSOR_HELP)
    page_size = QueryInteger(required=False, default=60, min_value=1, max_value=MAX_PAGE)


def answer_page(
    rows: QuerySet[Any], query: PageQuery, serializer: type[serializers.ModelSerializer], *, latest_first: bool = True
) -> dict[str, Any]:
    """Return the page of `rows` that a valid query asks for, ordered by id, with the next cursor.

    Raises ValidationError if the cursor belongs to a list in another order.
    """
    if "cursor" in query.validated_data:
        cursor = query.validated_data["cursor"]
        if not cursor.isdecimal():
            raise _wrong_order()
        rows = rows.filter(**{"pk__lt" if latest_first else "pk__gt": int(cursor)})
    shown, last = _cut(rows.order_by("-pk" if latest_first else "pk"), query)
    return {"results": serializer(shown, many=True).data, "next_cursor": str(last.pk) if last else None}


def answer_page_by_time(
    field: str,
    rows: QuerySet[Any],
    query: PageQuery,
    serializer: type[serializers.ModelSerializer],
    *,
    latest_first: bool = True,
) -> dict[str, Any]:
    """Return the page of `rows` that a valid query asks for, ordered by a time `field`, with the next cursor.

    Raises ValidationError if the cursor belongs to a list in another order.
    """
    sign, lookup = ("-", "lt") if latest_first else ("", "gt")
    if "cursor" in query.validated_data:
        is_local = isinstance(rows.model._meta.get_field(field), LocalDateTimeField)
        moment, pk = _read_cursor(query.validated_data["cursor"], is_local=is_local)
        # The first condition is redundant, but only it can use an index.
        not_before = Q((f"{field}__{lookup}e", moment))
        behind = Q((f"{field}__{lookup}", moment)) | Q((f"pk__{lookup}", pk))
        rows = rows.filter(not_before, behind)
    shown, last = _cut(rows.order_by(f"{sign}{field}", f"{sign}pk"), query)
    cursor = f"{in_microseconds(getattr(last, field))}.{last.pk}" if last else None
    return {"results": serializer(shown, many=True).data, "next_cursor": cursor}


def in_microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970 of a time in UTC or a local time."""
    return (moment.replace(tzinfo=UTC) - EPOCH) // MICROSECOND


def moment_of(microseconds: int) -> datetime:
    """Return the time in UTC, the inverse of `in_microseconds`. Raises OverflowError."""
    return EPOCH + microseconds * MICROSECOND


def _read_cursor(cursor: str, *, is_local: bool) -> tuple[datetime, int]:
    microseconds, dot, pk = cursor.partition(".")
    if not dot:
        raise _wrong_order()
    try:
        moment = moment_of(int(microseconds))
    except OverflowError as error:
        raise _wrong_order() from error
    return moment.replace(tzinfo=None) if is_local else moment, int(pk)


def _wrong_order() -> serializers.ValidationError:
    return serializers.ValidationError({"cursor": _("This cursor belongs to a list in another order.")})


def _cut(rows: QuerySet[Any], query: PageQuery) -> tuple[list[Any], Any]:
    """Return one page of `rows`, and its last row; None instead of the row if this is the last page."""
    size = query.validated_data["page_size"]
    # One extra row shows whether there is another page.
    found = list(rows[: size + 1])
    return found[:size], found[size - 1] if len(found) > size else None
