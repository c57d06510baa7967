"""Addresses of the gallery."""

from django.urls import path

from gallery.views import account, files, import_files, imports, photos, resumable, status, uploads

app_name = "gallery"
urlpatterns = [
    path("", photos.show_gallery, name="photos"),
    path("upload", uploads.upload_pictures, name="upload"),
    path("uploads", resumable.begin, name="uploads"),
    path("uploads/known", resumable.tell_known, name="known"),
    path("uploads/<uuid:upload_id>", resumable.go_on, name="resume"),
    path("photos/<int:photo_id>", photos.show_photo, name="photo"),
    path("photos/<int:photo_id>/tile", photos.show_tile, name="tile"),
    path("photos/<int:photo_id>/edit", photos.change_photo, name="edit"),
    path("photos/<int:photo_id>/delete", photos.remove_photo, name="delete"),
    path("photos/<int:photo_id>/progress", photos.show_progress, name="progress"),
    path("photos/<int:photo_id>/retry", photos.retry_step, name="retry"),
    path("photos/<int:photo_id>/thumbnail", files.send_thumbnail, name="thumbnail"),
    path("photos/<int:photo_id>/preview", files.send_preview, name="preview"),
    path("photos/<int:photo_id>/original", files.send_original, name="original"),
    path("imports", imports.list_imports, name="imports"),
    path("imports/new", imports.new_import, name="new_import"),
    path("imports/<int:job_id>", imports.show_import, name="import"),
    path("imports/<int:job_id>/tell", imports.tell_import, name="tell_import"),
    path("imports/<int:job_id>/files", import_files.show_files, name="import_files"),
    path("imports/<int:job_id>/files.csv", import_files.send_csv, name="import_csv"),
    path("account", account.show_account, name="account"),
    path("account/choices", account.change_choices, name="choices"),
    path("account/sessions/end", account.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<int:session_id>/end", account.end_session, name="end_session"),
    path("status", status.show_status, name="status"),
]
