"""Users with their storage, their last visit and their unprocessed photos; always as many queries."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, Greatest

from gallery.access.tokens import ApiToken
from gallery.account import OpenSession
from gallery.models import Photo, PhotoCompanion
from gallery.processing.steps import CurrentStep, current_steps

USERS_PER_PAGE = 50


def list_users(text: str, *, page: int) -> Page:
    """Return a page of the users whose name or e-mail address contains `text`, by name."""
    found = described_users().order_by("username")
    if text:
        found = found.filter(Q(username__icontains=text) | Q(email__icontains=text))
    shown = Paginator(found, USERS_PER_PAGE).get_page(page)
    _count_unprocessed(shown.object_list)
    return shown


def read_user(user_id: int) -> User | None:
    """Return one user as in the list."""
    user = described_users().filter(pk=user_id).first()
    if user is not None:
        _count_unprocessed([user])
    return user


def described_users() -> QuerySet[User]:
    """Return all users with figures: `seen_at` is the last login, visit or use of a token."""
    photos = Photo.objects.filter(owner=OuterRef("pk")).order_by().values("owner")
    companions = PhotoCompanion.objects.filter(photo__owner=OuterRef("pk")).order_by().values("photo__owner")
    return User.objects.select_related("account").annotate(
        photo_count=Coalesce(Subquery(photos.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"))),
        stored_bytes=_bytes(photos) + _bytes(companions),
        # PostgreSQL's GREATEST omits nulls.
        seen_at=Greatest(
            F("last_login"),
            _latest(OpenSession, owner="owner", moment="last_seen_at"),
            _latest(ApiToken, owner="user", moment="last_used_at"),
        ),
    )


def _bytes(rows: QuerySet) -> Coalesce:
    sums = rows.annotate(bytes=Sum("file_size")).values("bytes")
    return Coalesce(Subquery(sums, output_field=BigIntegerField()), 0)


def _latest(model: type[Model], *, owner: str, moment: str) -> Subquery:
    rows = model._default_manager.filter(**{owner: OuterRef("pk"), f"{moment}__isnull": False})
    return Subquery(rows.order_by(f"-{moment}").values(moment)[:1])


def _count_unprocessed(users: Iterable[User]) -> None:
    """Set `unprocessed`: the number of photos that lack the output of a step which can run now."""
    users = list(users)
    missing = Q(pk__in=[])
    for step in current_steps():
        if isinstance(step, CurrentStep):
            missing |= Q(pk__in=step.missing().filter(owner__in=users).order_by().values("pk"))
    photos = Photo.objects.filter(missing, owner__in=users).order_by().values("owner")
    counts = dict(photos.annotate(count=Count("pk")).values_list("owner", "count"))
    for user in users:
        user.unprocessed = counts.get(user.pk, 0)  # type: ignore[attr-defined]
