"""Reads JSON request bodies for the API and for pages."""

import json
from typing import IO, Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


def read_json(request: HttpRequest) -> Any:
    """Return the parsed JSON body; BadRequest if it is not JSON."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(_("The body of this request is not JSON that can be read.")) from error


class SafeJSONParser(JSONParser):
    """JSON that is not nested without end."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The data; ParseError."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error
