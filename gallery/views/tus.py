"""Headers and refusals of tus 1.0: parsing requests and building answers.

https://tus.io/protocols/resumable-upload. Supported extensions: creation, creation-with-upload, expiration, termination
and checksum.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from gallery.access.problems import lacks_length
from gallery.pictures.digests import read_checksum

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"
# The second one is for generated clients, which only know that type for bytes.
PIECE_TYPES = (PIECE_TYPE, "application/octet-stream")
EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
ALGORITHMS = ("sha1", "sha256", "md5")
CHECKSUM_MISMATCH = 460
# Methods allowed in X-HTTP-Method-Override, for networks that only let POST through.
OVERRIDING = ("HEAD", "PATCH", "DELETE")
# Unsupported extensions: ignoring them would store something else than the client means.
REFUSED_HEADERS = ("Upload-Defer-Length", "Upload-Concat")

View = Callable[..., HttpResponse]


class Refusal(Exception):
    """A refusal with `status` and a sentence; `kind` is the problem's type if the status does not determine it."""

    def __init__(self, status: int, sentence: str, *, kind: str = "", headers: dict[str, object] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.kind, self.headers = status, kind, headers

    def answer(self) -> HttpResponse:
        """Return the answer for the page's script; the API makes a problem document of it."""
        content = {"detail": str(self)} | ({"type": self.kind} if self.kind else {})
        return answer(self.status, self.headers, content)


def speaks_tus(*methods: str) -> Callable[[View], View]:
    """Decorate a view of `methods`: the version in every answer, and OPTIONS without a login.

    A view raises Refusal, BadRequest or Http404.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def decorated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            override_method(request)
            if request.method == "OPTIONS":
                return describe(is_archive=kwargs.get("is_archive", False))
            response = login_required(_answering(view, methods))(request, *args, **kwargs)
            response.headers.setdefault("Tus-Resumable", VERSION)
            return response

        return login_not_required(decorated)

    return decorate


def _answering(view: View, methods: tuple[str, ...]) -> View:
    """Return `view` with its refusals converted into answers."""

    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in methods:
            return answer(405, {"Allow": ", ".join(methods)}, {"detail": _("This method is not allowed here.")})
        try:
            refuse_unreadable(request)
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refusal.answer()
        except BadRequest as error:
            return Refusal(400, str(error)).answer()
        except Http404:
            return Refusal(404, _("There is no such thing, or it is not yours.")).answer()

    return answering


def override_method(request: HttpRequest) -> None:
    """Apply X-HTTP-Method-Override to a POST."""
    wanted = request.headers.get("X-HTTP-Method-Override", "").strip().upper()
    if request.method == "POST" and wanted in OVERRIDING:
        request.method = wanted


def describe(*, is_archive: bool) -> HttpResponse:
    """Return the answer to OPTIONS: the supported parts of the protocol."""
    offered = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Checksum-Algorithm": ",".join(ALGORITHMS)}
    limit = settings.MAX_ARCHIVE_BYTES if is_archive else settings.MAX_UPLOAD_BYTES
    return answer(204, offered | {"Tus-Max-Size": limit})


def refuse_unreadable(request: HttpRequest) -> None:
    """Refusal of another version, a body without a length, or an unsupported extension."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Refusal(
            412, _("Only version 1.0.0 of tus is understood."), kind="wrong-version", headers={"Tus-Version": VERSION}
        )
    if lacks_length(request):
        raise Refusal(411, _("Say in “Content-Length” how long the body is; chunked bodies are not taken."))
    for name in REFUSED_HEADERS:
        if name in request.headers:
            raise Refusal(400, _("“%(name)s” is not supported here.") % {"name": name})


def has_piece(request: HttpRequest) -> bool:
    """Return whether the body is a piece; Refusal if it has another type."""
    if request.content_type in PIECE_TYPES:
        return True
    # Some clients send a type without a body.
    if request.headers.get("Content-Length", "0") not in ("", "0"):
        raise Refusal(415, _("A piece must be sent as %(type)s.") % {"type": PIECE_TYPE})
    return False


def wants_json(request: HttpRequest) -> bool:
    """Return whether `Accept` names JSON; wildcards do not count, as their senders expect the protocol's own answer."""
    return any(
        accepted.main_type == "application" and accepted.sub_type in ("json", "*")
        for accepted in request.accepted_types
    )


def number_in(request: HttpRequest, name: str) -> int:
    """Return the number in a header; BadRequest."""
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise BadRequest(_("“%(name)s” must be a number.") % {"name": name})
    return int(value)


def metadata_in(request: HttpRequest) -> dict[str, str]:
    """Return the pairs of Upload-Metadata, whose values are base64 and may be missing; BadRequest."""
    header = request.headers.get("Upload-Metadata", "").strip()
    metadata: dict[str, str] = {}
    for pair in header.split(",") if header else []:
        name, _space, value = pair.strip().partition(" ")
        if not name or name in metadata:
            raise BadRequest(_("“Upload-Metadata” must be names with values, each name once."))
        try:
            metadata[name] = base64.b64decode(value.strip(), validate=True).decode(errors="replace").replace("\0", "")
        except binascii.Error as error:
            raise BadRequest(_("“Upload-Metadata” must be in base64.")) from error
    return metadata


def sha256_in(metadata: dict[str, str]) -> str:
    """Return the expected checksum in lower-case hexadecimal digits; empty without one. BadRequest."""
    try:
        return read_checksum(metadata["sha256"], digits=64) if metadata.get("sha256") else ""
    except ValueError as error:
        raise BadRequest(_("“sha256” must be a SHA-256, in hexadecimal or in base64.")) from error


def checksum_in(request: HttpRequest) -> tuple[Any, bytes] | None:
    """Return a hash for the piece and its expected digest; None without a checksum. BadRequest."""
    if "Upload-Checksum" not in request.headers:
        return None
    algorithm, _space, encoded = request.headers["Upload-Checksum"].strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadRequest(_("A piece's checksum must be one of %(names)s.") % {"names": ", ".join(ALGORITHMS)})
    digest = hashlib.new(algorithm, usedforsecurity=False)
    try:
        expected = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        expected = b""
    if len(expected) != digest.digest_size:
        raise BadRequest(_("“Upload-Checksum” must be the name of an algorithm and a digest in base64."))
    return digest, expected


def answer(
    status: int, headers: dict[str, object] | None = None, content: dict[str, Any] | None = None
) -> HttpResponse:
    """Return an answer of the protocol; without `content` it has no body and no type."""
    response = JsonResponse(content, status=status) if content else HttpResponse(status=status)
    if status == CHECKSUM_MISMATCH:
        response.reason_phrase = "Checksum Mismatch"
    for name, value in {"Tus-Resumable": VERSION, **(headers or {})}.items():
        response[name] = str(value)
    if not content:
        del response.headers["Content-Type"]
    return response


def refusal_in(response: HttpResponse) -> tuple[str, str]:
    """Return the sentence and problem type of a refusal made for the page's script."""
    content = json.loads(response.content)
    return content["detail"], content.get("type", "")
