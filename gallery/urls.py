"""Addresses of the gallery."""

from django.urls import path

from gallery.views import files, photos, status, uploads

app_name = "gallery"
urlpatterns = [
    path("", photos.photos, name="photos"),
    path("upload", uploads.upload, name="upload"),
    path("photos/<int:photo_id>", photos.photo, name="photo"),
    path("photos/<int:photo_id>/tile", photos.tile, name="tile"),
    path("photos/<int:photo_id>/edit", photos.edit, name="edit"),
    path("photos/<int:photo_id>/delete", photos.delete, name="delete"),
    path("photos/<int:photo_id>/progress", photos.progress, name="progress"),
    path("photos/<int:photo_id>/retry", photos.retry_step, name="retry"),
    path("photos/<int:photo_id>/thumbnail", files.thumbnail, name="thumbnail"),
    path("photos/<int:photo_id>/preview", files.preview, name="preview"),
    path("photos/<int:photo_id>/original", files.original, name="original"),
    path("status", status.status, name="status"),
]
