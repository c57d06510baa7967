"""Benchmarks of speed and memory, one command each (see README.md)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosearch.settings")
django.setup()
