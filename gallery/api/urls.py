"""Addresses of the API, version 1; docs/api.md says when there will be another."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound

from gallery.access.problems import ApiView
from gallery.api import (
    changes,
    files,
    imports,
    jobs,
    library,
    near_duplicates,
    photos,
    reference,
    resumable,
    selection,
    trash,
    uploads,
    users,
)
from photosearch.monitoring import health, metrics
from search.api import urls as search_urls

app_name = "api"


class Nowhere(ApiView):
    """Any other address below /api/: told in the API's own shape."""

    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    @extend_schema(exclude=True)
    def initial(self, *_args: object, **_kwargs: object) -> None:
        """Whatever the method."""
        raise NotFound(_("There is no such address; all of them end with a slash."))


class Anything(StringConverter):
    """Line breaks and slashes too, or nothing."""

    regex = "(?s:.*)"


register_converter(Anything, "anything")

version_1 = [
    path("photos/", photos.Photos.as_view(), name="photos"),
    path("photos/upload/", uploads.Upload.as_view(), name="upload"),
    path("photos/uploads/", resumable.BeginUpload.as_view(), name="begin-upload"),
    path("photos/uploads/<uuid:upload_id>/", resumable.ResumeUpload.as_view(), name="resume-upload"),
    path("photos/upload-check/", uploads.UploadCheck.as_view(), name="upload-check"),
    path("photos/change/", selection.ChangeChosen.as_view(), name="change-photos"),
    path("photos/delete/", selection.DeleteChosen.as_view(), name="delete-photos"),
    path("photos/download/", selection.DownloadChosen.as_view(), name="download-photos"),
    path("photos/removed/", changes.Removals.as_view(), name="removed-photos"),
    path("photos/<int:photo_id>/", photos.OnePhoto.as_view(), name="photo"),
    path("photos/<int:photo_id>/thumbnail/", files.Thumbnail.as_view(), name="thumbnail"),
    path("photos/<int:photo_id>/preview/", files.Preview.as_view(), name="preview"),
    path("photos/<int:photo_id>/original/", files.Original.as_view(), name="original"),
    path("photos/<int:photo_id>/processing/", photos.Processing.as_view(), name="processing"),
    path("photos/<int:photo_id>/sources/", photos.Sources.as_view(), name="sources"),
    path("photos/<int:photo_id>/retry/", photos.Retry.as_view(), name="retry"),
    path("photos/<int:photo_id>/restore/", trash.Restore.as_view(), name="restore"),
    path("bin/", trash.Bin.as_view(), name="bin"),
    path("bin/restore/", selection.RestoreChosen.as_view(), name="restore-photos"),
    path("duplicates/", near_duplicates.Duplicates.as_view(), name="duplicates"),
    path("duplicates/resolve/", near_duplicates.ResolveDuplicates.as_view(), name="resolve-duplicates"),
    path("duplicates/dismiss/", near_duplicates.DismissDuplicates.as_view(), name="dismiss-duplicates"),
    path("duplicates/undo/", near_duplicates.UndoDuplicates.as_view(), name="undo-duplicates"),
    *search_urls.version_1,
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/folders/", imports.Folders.as_view(), name="import-folders"),
    path("imports/archive/", imports.ArchiveImport.as_view(), name="import-archive"),
    path("imports/uploads/", resumable.BeginArchive.as_view(), name="begin-archive"),
    path("imports/uploads/<uuid:upload_id>/", resumable.ResumeArchive.as_view(), name="resume-archive"),
    path("imports/<int:job_id>/", imports.OneImport.as_view(), name="import"),
    path("imports/<int:job_id>/tell/", imports.TellImport.as_view(), name="tell-import"),
    path("imports/<int:job_id>/items/", imports.Items.as_view(), name="import-items"),
    path("timeline/buckets/", library.Timeline.as_view(), name="timeline"),
    path("account/", library.Account.as_view(), name="account"),
    path("users/", users.Users.as_view(), name="users"),
    path("users/<int:user_id>/", users.OneUser.as_view(), name="user"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/failures/", jobs.FailureList.as_view(), name="failures"),
    path("health/live/", health.HealthLive.as_view(), name="live"),
    path("health/ready/", health.HealthReady.as_view(), name="ready"),
    path("metrics/", metrics.Metrics.as_view(), name="metrics"),
    path("docs/", reference.Reference.as_view(), name="reference"),
    path("schema/", reference.SchemaView.as_view(), name="schema"),
]
urlpatterns = [
    path("v1/", include(version_1)),
    path("<anything:rest>", Nowhere.as_view(), name="nowhere"),
]
