"""The REST API of search: search, saved searches, suggestions, and search data of one photo."""
