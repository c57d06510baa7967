"""Removes the second factor of a user: for the only administrator, if app and recovery codes are lost."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Removes the second factor of a user, so that the password is enough again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name")

    def handle(self, *args: Any, name: str, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no user {name}.")
        count, _by_model = Authenticator.objects.filter(user=user).delete()
        self.stdout.write(f"Second factor of {name} removed." if count else f"{name} has no second factor.")
