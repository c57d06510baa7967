"""Run the web server: write nginx's configuration, then become nginx."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from photosearch.embedded.nginx import find_nginx
from photosearch.front.configuration import raise_limit_of_files, write_configuration


class Command(BaseCommand):
    """`manage.py front`, in the foreground."""

    help = "Run nginx in front of the processes that serve pages and move files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", required=True, help="Address and port to listen on.")

    def handle(self, *, bind: str, **_options: Any) -> None:
        """Replace this process with nginx; never return."""
        program = find_nginx(settings.DATA_DIR / "servers")
        if program is None:
            raise CommandError("nginx is missing. Run `manage.py up` once, or install it: apt-get install nginx")
        configuration = write_configuration(settings.FRONT_DIR, listen=bind)
        raise_limit_of_files()
        os.execv(program, [str(program), "-e", "stderr", "-c", str(configuration)])  # noqa: S606 - no shell is wanted
