"""Second factors: codes of an app, recovery codes and passkeys. Secrets are stored encrypted."""

from base64 import urlsafe_b64encode
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class SecondFactor(DefaultMFAAdapter):
    """Our answers to django-allauth's questions about second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is wrong or was used before."),
        "incorrect_passkey": _("This passkey was not accepted. Try again."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret with a key that is derived from SECRET_KEY."""
        return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret. Raises ValidationError if neither SECRET_KEY nor an older one encrypted it."""
        ciphers = MultiFernet([_cipher(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])
        try:
            return ciphers.decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise ValidationError(
                gettext(
                    "The server's SECRET_KEY has changed, so that codes no longer work. "
                    "Ask an administrator to remove your second factor."
                )
            ) from None

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return the name that the app shows."""
        return user.get_username()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002 - allauth's signature
        """Return the name of a new passkey that the user leaves unnamed."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}


def has_second_factor(user: AbstractBaseUser) -> bool:
    return Authenticator.objects.filter(user_id=user.pk).exists()


def _cipher(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"photosearch second factor").derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))
