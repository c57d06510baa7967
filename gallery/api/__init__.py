"""The REST API of the gallery, by topic."""
