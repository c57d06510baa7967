"""An app for codes (RFC 6238), and users who have one."""

import hmac
import re
import struct
from base64 import b32decode
from time import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str = SECRET, *, periods: int = 0) -> str:
    """Return the six digits that an app shows now, or `periods` of 30 seconds later."""
    counter = struct.pack(">Q", int(time()) // 30 + periods)
    digest = hmac.digest(b32decode(secret.replace(" ", "")), counter, "sha1")
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def wrong_code() -> str:
    """Return six digits that no app shows around now."""
    shown = {code_of(periods=periods) for periods in range(-3, 4)}
    return next(code for code in (str(digit) * 6 for digit in range(10)) if code not in shown)


def give_app(user: User) -> list[str]:
    """Turn on two-factor login for `user`; return the recovery codes."""
    TOTP.activate(user, SECRET)
    return RecoveryCodes.activate(user).generate_codes()


def read_secret(page: str) -> str:
    """Return the secret that the page for setting up an app shows."""
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1]
