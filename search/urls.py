"""URLs of the search pages and their fragments."""

from django.urls import path

from search.views import photo, pinned, saved, search, status, suggestions

app_name = "search"
urlpatterns = [
    path("search", search.show_results, name="search"),
    path("search/picture", search.search_with_picture, name="picture"),
    path("search/suggestions", suggestions.show_suggestions, name="suggestions"),
    path("search/saved", saved.save, name="save"),
    path("search/saved/<int:saved_id>/delete", saved.delete, name="remove-saved"),
    path("search/pinned", pinned.show_pinned, name="pinned"),
    path("search/pinned/add", pinned.pin, name="pin"),
    path("search/pinned/<int:pinned_id>/remove", pinned.unpin, name="unpin"),
    path("search/recent/clear", saved.clear_recent, name="forget-recent"),
    path("photos/<int:photo_id>/matches", photo.show_matches, name="matches"),
    path("photos/<int:photo_id>/similar", photo.show_similar, name="similar"),
    path("photos/<int:photo_id>/text", photo.show_text, name="text"),
    path("status/search", status.show_status, name="status"),
]
