"""Links that set a password once, and their e-mails. Django's tokens end with the password, e-mail address or login."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from gallery.access.throttles import seconds_to_wait

logger = logging.getLogger(__name__)
EMAILS_PER_MINUTE = 1
# One thread: the answer takes as long for a name that no user has, and a slow server delays no page.
_sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="email")


def days_valid() -> int:
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days


def link_of(user: User) -> str:
    """Return an address at which `user` sets a password, once."""
    parts = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    return settings.PUBLIC_URL + reverse("set_password", args=parts)


def send_invitation(link: str, *, user: User) -> bool:
    """E-mail a link to an invited user; return whether the server took it."""
    message = _message(link, user=user, subject=_("Your photosearch account"))
    return bool(settings.EMAIL_URL and user.email) and _send(message)


def send_links(name: str) -> None:
    """E-mail a link to the active users with this name or e-mail address, at most once per minute each."""
    for user in User.objects.filter(Q(username=name) | Q(email__iexact=name), is_active=True).exclude(email=""):
        if not seconds_to_wait(f"link:{user.pk}", limit=EMAILS_PER_MINUTE):
            message = _message(link_of(user), user=user, subject=_("Your photosearch password"))
            _sender.submit(_send, message)


def wait_for_emails() -> None:
    """Wait until the e-mails so far are sent."""
    _sender.submit(int).result()


def _message(link: str, *, user: User, subject: str) -> EmailMessage:
    lines = [
        _("User name: %(name)s") % {"name": user.get_username()},
        _("Set your password here. The link works once, for %(days)d days:") % {"days": days_valid()},
        link,
        _("If you did not expect this e-mail, ignore it."),
    ]
    return EmailMessage(subject, "\n\n".join(lines) + "\n", to=[user.email])


def _send(message: EmailMessage) -> bool:
    try:
        message.send()
    except (OSError, SMTPException, ValueError) as error:
        logger.warning("An e-mail with a password link was not sent: %s", type(error).__name__)
        return False
    return True
