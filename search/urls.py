"""Addresses of the search."""

from django.urls import path

from search.views import photo, search, status

app_name = "search"
urlpatterns = [
    path("search", search.show_results, name="search"),
    path("search/picture", search.search_with_picture, name="picture"),
    path("photos/<int:photo_id>/similar", photo.show_similar, name="similar"),
    path("photos/<int:photo_id>/text", photo.show_text, name="text"),
    path("status/search", status.show_status, name="status"),
]
