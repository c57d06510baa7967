"""The WSGI application for requests that move many bytes, behind nginx in a process of its own with many threads."""

from django.conf import settings

# As many threads as there are would soon hold all of PostgreSQL's connections.
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0

from photosearch.front.pace import Paced  # noqa: E402
from photosearch.front.wsgi import BehindFront, site  # noqa: E402

application = BehindFront(Paced(site))
