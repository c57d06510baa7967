"""The search addresses in version 1 of the API; photosearch.api_urls joins them with those of the gallery."""

from django.urls import path

from search.api import photo, saved, search

version_1 = [
    path("search/", search.SearchView.as_view(), name="search"),
    path("search/by-picture/", search.PictureSearchView.as_view(), name="search-by-picture"),
    path("search/suggestions/", saved.SuggestionListView.as_view(), name="suggestions"),
    path("recent-searches/", saved.RecentSearchListView.as_view(), name="recent-searches"),
    path("saved-searches/", saved.SavedSearchListView.as_view(), name="saved-searches"),
    path("saved-searches/<int:saved_id>/", saved.SavedSearchDetailView.as_view(), name="saved-search"),
    path(
        "saved-searches/<int:saved_id>/results/", search.SavedSearchResultsView.as_view(), name="saved-search-results"
    ),
    path("photos/<int:photo_id>/text/", photo.PhotoTextView.as_view(), name="text"),
    path("photos/<int:photo_id>/similar/", photo.SimilarPhotosView.as_view(), name="similar"),
]
