"""The WSGI application that gunicorn serves behind nginx, on a Unix socket that only nginx connects to."""

from collections.abc import Iterable
from typing import Any

from photosearch.wsgi import application as site


class BehindFront:
    """Give the application what it would see without nginx: the address of the connection, and plain HTTP.

    nginx passes on X-Forwarded-For and X-Forwarded-Proto as they came, and replaces X-Peer-Address.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        environ["REMOTE_ADDR"] = environ.pop("HTTP_X_PEER_ADDRESS", "")
        # gunicorn believes X-Forwarded-Proto of all that comes by a Unix socket; Django has a setting for it.
        environ["wsgi.url_scheme"] = "http"
        # For gallery.views.files: what is answered with X-Accel-Redirect, nginx sends.
        environ["photosearch.front"] = True
        return self.application(environ, start_response)


application = BehindFront(site)
