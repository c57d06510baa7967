"""The ASGI application for assistants, a process of its own."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosearch.settings")
django.setup()

from search.assistant.asgi import make_application  # noqa: E402 - Django must be set up before

application = make_application()
