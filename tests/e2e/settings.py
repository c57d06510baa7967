"""The settings of photosearch plus an application that makes a certain picture deadly."""

from photosearch.settings import *  # noqa: F403
from photosearch.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.e2e.poison.PoisonConfig"]
