"""Imports the sample pictures as an archive, so that the import can be undone and shows their credits."""

import json
from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from django.contrib.auth.models import AbstractBaseUser

from gallery.bulk_import.creation import ImportOptions, create_upload_job
from gallery.bulk_import.run import run_job
from gallery.models import ImportJob
from photosearch.samples.catalogue import FIRST_PICTURES, SamplePhotograph

ARCHIVE_NAME = "sample-pictures.zip"
# Pictures without a date of their own get those of their files: one every few days.
FIRST_DAY, INTERVAL = datetime(2024, 1, 6, 10), timedelta(days=9, hours=1)  # noqa: DTZ001 - zip files have local times


def import_samples(*, owner: AbstractBaseUser) -> ImportJob:
    """Draw the samples and import them; return the finished import."""
    archive = _archive()
    options = ImportOptions(profile="plain", is_sample=True)
    job = create_upload_job(
        [archive], filename=ARCHIVE_NAME, size=len(archive), owner=owner, started_by=owner, options=options
    )
    run_job(job.pk)
    job.refresh_from_db()
    return job


def _archive() -> bytes:
    """Return a zip archive of the samples, with a sidecar beside each photograph that states its credit."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for number, sample in enumerate(FIRST_PICTURES):
            moment = (FIRST_DAY + number * INTERVAL).timetuple()[:6]
            archive.writestr(ZipInfo(sample.filename, moment), sample.read())
            if isinstance(sample, SamplePhotograph):
                sidecar = {"SourceFile": sample.filename, "Description": sample.credit}
                archive.writestr(ZipInfo(f"{sample.filename}.json", moment), json.dumps(sidecar))
    return file.getvalue()
