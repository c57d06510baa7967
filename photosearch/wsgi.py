"""The WSGI application that gunicorn serves."""

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosearch.settings")
django_application = get_wsgi_application()

# The garbage collector would look at all that is loaded here, views included, every few requests, for 0.2 seconds.
get_resolver().url_patterns  # noqa: B018 - imports the views
gc.collect()
gc.freeze()
# A page makes tens of thousands of short-lived objects.
gc.set_threshold(10_000, 10, 10)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request; tell gunicorn of `Connection: close`, which it drops from an application's headers."""

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if ("Connection", "close") in headers and hasattr(start_response, "__self__"):
            start_response.__self__.force_close()
        return start_response(status, headers, exc_info)

    return django_application(environ, start)
