"""Parsers of JSON request bodies, for the API and for pages."""

import json
from typing import IO, Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


def read_json(request: HttpRequest) -> Any:
    """Return the parsed JSON body. Raises BadRequest if it is not JSON."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(_("The request body is not valid JSON.")) from error


class SafeJSONParser(JSONParser):
    """JSON parser that refuses extremely deep nesting instead of failing with RecursionError."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the parsed data. Raises ParseError."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
