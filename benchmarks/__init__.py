"""What the speed and memory of photosearch are measured with; one command each (see README.md)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosearch.settings")
django.setup()
