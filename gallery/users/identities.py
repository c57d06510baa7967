"""Links between users and the subjects of an OpenID Connect provider; never by name or e-mail address."""

import re
from secrets import token_hex

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet

from gallery.access.open_id import Identity

MAX_NAME = 150


class IdentityTaken(Exception):
    """The identity is linked with another user."""


def find_user(identity: Identity) -> User | None:
    """Return the user who is linked with the identity."""
    link = _links(identity).select_related("user").first()
    return link.user if link else None


def connect(identity: Identity, *, user: User) -> None:
    """Link the identity with `user`. Raises IdentityTaken."""
    link, _is_new = SocialAccount.objects.get_or_create(
        provider=identity.issuer, uid=identity.subject, defaults={"user": user}
    )
    if link.user_id != user.pk:
        raise IdentityTaken


def is_connected(user: User) -> bool:
    return SocialAccount.objects.filter(user=user).exists()


def disconnect(user: User) -> None:
    """Remove all links of `user`."""
    SocialAccount.objects.filter(user=user).delete()


def create_user(identity: Identity) -> User:
    """Create a user without password, with a free name, and the e-mail address if the provider verified it."""
    email = identity.email
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    with transaction.atomic():
        user = User(username=_free_name(identity), email=email)
        user.set_unusable_password()
        user.save()
        connect(identity, user=user)
    return user


def creates_users() -> bool:
    return bool(settings.OIDC_CREATES_USERS)


def _free_name(identity: Identity) -> str:
    """Return the preferred name without characters that names may not have, with a number if it is taken."""
    claims = identity.claims
    stated = str(claims.get("preferred_username") or identity.email.partition("@")[0] or claims.get("name") or "")
    name = re.sub(r"[^\w.@+-]+", "-", stated).strip("-")[: MAX_NAME - 10] or "user"
    names = [name, *(f"{name}-{number}" for number in range(2, 1000))]
    alike = User.objects.filter(username__istartswith=name).values_list("username", flat=True)
    taken = {other.lower() for other in alike}
    return next((free for free in names if free.lower() not in taken), f"{name}-{token_hex(4)}")


def _links(identity: Identity) -> QuerySet[SocialAccount]:
    return SocialAccount.objects.filter(provider=identity.issuer, uid=identity.subject)
