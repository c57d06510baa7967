"""The WSGI application that gunicorn serves behind nginx, on a Unix socket that only nginx connects to."""

from collections.abc import Iterable
from typing import Any

from photosearch.wsgi import application as site


class BehindFront:
    """Restores the request as it would be without nginx: the connection's address, and plain HTTP.

    nginx passes X-Forwarded-For and X-Forwarded-Proto on unchanged, and replaces X-Peer-Address.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = environ.pop("HTTP_X_PEER_ADDRESS", "")
        # gunicorn trusts X-Forwarded-Proto on Unix sockets; Django has a setting for it.
        environ["wsgi.url_scheme"] = "http"
        # For gallery.access.file_answers: nginx handles X-Accel-Redirect.
        environ["photosearch.front"] = True
        return self.application(environ, start_response)


application = BehindFront(site)
