"""Addresses of search in the API, version 1; gallery.api.urls puts them beside its own."""

from django.urls import path

from search.api import photo, saved, search

version_1 = [
    path("search/", search.Search.as_view(), name="search"),
    path("search/by-picture/", search.PictureSearchView.as_view(), name="search-by-picture"),
    path("search/suggestions/", saved.SuggestionList.as_view(), name="suggestions"),
    path("recent-searches/", saved.RecentSearches.as_view(), name="recent-searches"),
    path("saved-searches/", saved.SavedSearches.as_view(), name="saved-searches"),
    path("saved-searches/<int:saved_id>/", saved.OneSavedSearch.as_view(), name="saved-search"),
    path("saved-searches/<int:saved_id>/results/", search.SavedSearchResults.as_view(), name="saved-search-results"),
    path("photos/<int:photo_id>/text/", photo.PhotoTextView.as_view(), name="text"),
    path("photos/<int:photo_id>/similar/", photo.Similar.as_view(), name="similar"),
]
