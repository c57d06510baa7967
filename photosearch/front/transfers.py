"""The WSGI application for large bodies and answers, behind nginx in a separate process with many threads."""

from django.conf import settings

# One connection per thread would use up PostgreSQL's connections.
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0

from photosearch.front.pace import Paced  # noqa: E402
from photosearch.front.wsgi import BehindFront, site  # noqa: E402

application = BehindFront(Paced(site))
