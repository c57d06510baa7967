"""Lists that are cut by cursor, the number of the last object shown; nothing is counted."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from gallery.access.fields import Number, Query

MAX_PAGE = 200


class PageQuery(Query):
    """Which part of a list."""

    # Clients shall not know what it is.
    cursor = serializers.RegexField(r"^[0-9]{1,18}$", required=False, help_text="`next_cursor` of the page before.")
    page_size = Number(required=False, default=60, min_value=1, max_value=MAX_PAGE)


def answer_page(
    rows: QuerySet[Any], query: PageQuery, serializer: type[serializers.ModelSerializer], *, latest_first: bool = True
) -> dict[str, Any]:
    """The page of `rows` that a valid query asks for, and where to go on."""
    size = query.validated_data["page_size"]
    if "cursor" in query.validated_data:
        rows = rows.filter(**{"pk__lt" if latest_first else "pk__gt": int(query.validated_data["cursor"])})
    # One more than is shown tells whether there are more.
    shown = list(rows.order_by("-pk" if latest_first else "pk")[: size + 1])
    cursor = str(shown[size - 1].pk) if len(shown) > size else None
    return {"results": serializer(shown[:size], many=True).data, "next_cursor": cursor}
