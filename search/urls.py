"""Addresses of the search."""

from django.urls import path

from search.views import photo, search, status

app_name = "search"
urlpatterns = [
    path("search", search.search, name="search"),
    path("search/picture", search.search_with_picture, name="picture"),
    path("photos/<int:photo_id>/similar", photo.similar, name="similar"),
    path("photos/<int:photo_id>/text", photo.text, name="text"),
    path("status/search", status.status, name="status"),
]
