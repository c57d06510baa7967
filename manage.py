#!/usr/bin/env python
"""Run a management command of photosearch."""

import os
import sys

from django.core.management import execute_from_command_line

from photosearch.embedded.unprivileged import leave_root

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosearch.settings")
    leave_root(sys.argv)
    execute_from_command_line(sys.argv)
