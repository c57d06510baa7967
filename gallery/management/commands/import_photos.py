"""Import a folder or archives into a user's gallery, or undo an import."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from gallery.albums.making import MAX_NAME
from gallery.albums.stating import album_to_fill
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.creation import ImportOptions, create_job, unfinished_job
from gallery.bulk_import.run import run_job
from gallery.bulk_import.safety import ImportRefused
from gallery.models import MAX_IMPORTANCE, Album, ImportItem, ImportJob
from gallery.sources import PROFILES

State = ImportJob.State


class Command(BaseCommand):
    """`manage.py import_photos`: works in this process; run again after an interruption, it resumes."""

    help = "Imports the pictures of a folder or of archives. After an interruption, run it again to resume."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the paths and the options of an import."""
        parser.add_argument("paths", nargs="*", type=Path, metavar="FOLDER_OR_ZIP")
        parser.add_argument("--owner", help="user name of the gallery's owner")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            "--copy",
            dest="mode",
            action="store_const",
            const="copy",
            default="copy",
            help="copy files into the gallery (default)",
        )
        mode.add_argument(
            "--in-place", dest="mode", action="store_const", const="in_place", help="leave files in place"
        )
        parser.add_argument("--importance", type=int, default=0, choices=range(MAX_IMPORTANCE + 1))
        parser.add_argument("--album", default="", metavar="NAME", help="add the photos to this album")
        parser.add_argument("--folder-albums", action="store_true", help="make an album of each folder of pictures")
        parser.add_argument("--archive", action="store_true", help="put the photos in the archive")
        parser.add_argument(
            "--source", default="auto", choices=PROFILES, help="program that the files come from (default: auto)"
        )
        parser.add_argument(
            "--min-side", type=int, default=0, metavar="PIXELS", help="skip pictures with a shorter side than this"
        )
        parser.add_argument(
            "--ignore", action="append", default=[], metavar="GLOB", help="skip paths that match; may be repeated"
        )
        parser.add_argument("--no-features", action="store_true", help="do not make them searchable by content")
        parser.add_argument("--no-text", action="store_true", help="do not recognise text in them")
        parser.add_argument("--watch", action="store_true", help="keep watching the folder for new files")
        parser.add_argument(
            "--dry-run", action="store_true", help="report what would be imported, without changing anything"
        )
        parser.add_argument("--undo", type=int, metavar="IMPORT", help="undo the import with this number")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, check or undo, and report the result."""
        job = self._find(options) or self._create(options)
        with self._interruptible(job), _bar(job) as bar:
            while not run_job(job.pk, on_batch=bar):
                pass
        job.refresh_from_db()
        if job.state == State.FAILED:
            raise CommandError(f"{job.error} Run the same command again to resume.")
        if job.is_busy:
            raise CommandError(f"Another process is working on import {job.pk}.")
        self._report(job)

    def _find(self, options: dict[str, Any]) -> ImportJob | None:
        """Return the import to undo or to resume."""
        if options["undo"]:
            job = ImportJob.objects.filter(pk=options["undo"]).first()
            if job is None or not (job.state == State.UNDOING or apply_action(job, ImportAction.UNDO, user=job.owner)):
                raise CommandError(f"There is no import {options['undo']} that can be undone.")
            return job
        if options["dry_run"] or not options["paths"]:
            return None
        job = unfinished_job(options["paths"], owner=_owner(options["owner"]), mode=options["mode"])
        if job:
            self.stdout.write(f"Resuming import {job.pk}.")
            ImportJob.objects.filter(pk=job.pk).update(
                watch=options["watch"], state=State.RUNNING, error="", album=_album(job, options["album"])
            )
            job.refresh_from_db()
        return job

    def _create(self, options: dict[str, Any]) -> ImportJob:
        if not options["paths"]:
            raise CommandError("Name a folder or archives.")
        # The message for pages does not show the server's paths, so the command has its own.
        if missing := next((path for path in options["paths"] if not path.exists()), None):
            raise CommandError(f"“{missing}” does not exist.")
        owner = _owner(options["owner"])
        try:
            return create_job(options["paths"], owner=owner, started_by=owner, options=_import_options(options))
        except ImportRefused as error:
            raise CommandError(str(error)) from error

    @contextmanager
    def _interruptible(self, job: ImportJob) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            apply_action(job, ImportAction.PAUSE, user=job.owner)
            raise CommandError(f"Import {job.pk} is paused. Run the same command again to resume.") from None

    def _report(self, job: ImportJob) -> None:
        numbers = job.preview_counts if job.state == State.READY else job.import_counts
        verdicts = ", ".join(f"{verdict.label}: {numbers.get(verdict, 0)}" for verdict in ImportItem.Verdict)
        self.stdout.write(f"Import {job.pk}: {job.get_state_display()}. {verdicts}.")
        for heading, counts in (("Skipped", numbers.get("reasons")), ("Dates from", numbers.get("dates"))):
            if counts:
                self.stdout.write(f"{heading}: {_listed(counts)}.")
        self.stdout.write(f"New: {numbers.get('bytes', 0) / 1e6:,.1f} MB.")


def _import_options(options: dict[str, Any]) -> ImportOptions:
    return ImportOptions(
        mode=options["mode"],
        profile=options["source"],
        importance=options["importance"],
        # A dry run makes no album; the import that it becomes does.
        album="" if options["dry_run"] else _album_name(options["album"]),
        makes_albums=options["folder_albums"],
        archives=options["archive"],
        min_side=options["min_side"],
        ignore=options["ignore"],
        wants_embedding=not options["no_features"],
        wants_text=not options["no_text"],
        watch=options["watch"],
        state=State.CHECKING if options["dry_run"] else State.RUNNING,
    )


def _album(job: ImportJob, name: str) -> Album | None:
    """Return the album that a resumed import fills: the one named now, or else its own."""
    return album_to_fill(_album_name(name), owner_id=job.owner_id) if name else job.album


def _album_name(name: str) -> str:
    if len(name) > MAX_NAME:
        raise CommandError(f"The name of an album has at most {MAX_NAME} characters.")
    return name


def _owner(name: str | None) -> AbstractBaseUser:
    users = get_user_model()
    try:
        return users.objects.get_by_natural_key(name or "")
    except users.DoesNotExist:
        raise CommandError(f"User “{name or ''}” does not exist: name one with --owner.") from None


@contextmanager
def _bar(job: ImportJob) -> Iterator[Any]:
    """Yield a function that shows an import's progress; called after each batch."""
    with tqdm(total=job.expected_files, initial=job.seen, unit=" files", file=sys.stderr, dynamic_ncols=True) as bar:

        def show(job: ImportJob) -> None:
            bar.total = job.expected_files
            bar.set_postfix(
                {verdict: job.counts.get(verdict, 0) for verdict in ImportItem.Verdict.values}, refresh=False
            )
            bar.update(job.seen - bar.n)

        yield show


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name or 'none'}: {number}" for name, number in counts.items())
