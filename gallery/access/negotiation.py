"""Content negotiation: answers have the view's format for any `Accept`; bodies without a type have a default parser."""

from collections.abc import Sequence
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class FixedFormatNegotiation(DefaultContentNegotiation):
    """Ignores `Accept`, as RFC 9110, section 12.5.1, permits, because many clients send unsuitable values."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:
        """Treat bytes without a declared type as a bare body where the view accepts one (RFC 9110, section 8.3)."""
        if not request.content_type:
            bare = [parser for parser in parsers if parser.media_type == "application/octet-stream"]
            return bare[0] if bare else None
        parser: BaseParser | None = super().select_parser(request, parsers)
        return parser

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002 - the framework's signature
        renderers: Sequence[BaseRenderer],
        format_suffix: Any = None,  # noqa: ARG002 - the framework's signature
    ) -> tuple[BaseRenderer, str]:
        """Return the view's first renderer."""
        return renderers[0], renderers[0].media_type
