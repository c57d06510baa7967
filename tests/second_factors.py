"""An app for codes (RFC 6238) and a security key in software, and users who have an app."""

import hmac
import json
import re
import struct
from base64 import b32decode
from secrets import token_bytes
from time import time
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.contrib.auth.models import User
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED = AuthenticatorData.FLAG.UP, AuthenticatorData.FLAG.UV
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


class SecurityKey:
    """A device with one passkey, in software."""

    def __init__(self, *, host: str = "testserver", origin: str = "https://testserver") -> None:
        self.rp_id_hash = sha256(host.encode())
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = token_bytes(32)
        self.user_handle = b""

    def create(self, options: Any, *, flags: AuthenticatorData.FLAG = PRESENT | VERIFIED) -> dict[str, Any]:
        """Make the passkey for the options of a page."""
        options = options["publicKey"]
        self.user_handle = websafe_decode(options["user"]["id"])
        credential = AttestedCredentialData.create(
            bytes(16), self.credential_id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(self.rp_id_hash, flags | AuthenticatorData.FLAG.AT, 0, credential)
        attestation = AttestationObject.create("none", data, {})
        client = self._client_data("webauthn.create", options["challenge"])
        return self._answer(client, attestationObject=websafe_encode(attestation))

    def get(self, options: Any, *, flags: AuthenticatorData.FLAG = PRESENT | VERIFIED) -> dict[str, Any]:
        """Prove the passkey for the options of a page."""
        data = AuthenticatorData.create(self.rp_id_hash, flags, 0)
        client = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        signature = self.key.sign(data + sha256(client), ec.ECDSA(SHA256()))
        return self._answer(
            client,
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(signature),
            userHandle=websafe_encode(self.user_handle),
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, client: bytes, **response: str) -> dict[str, Any]:
        name = websafe_encode(self.credential_id)
        parts = {"clientDataJSON": websafe_encode(client), **response}
        return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}, "response": parts}
