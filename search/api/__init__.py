"""The REST API of search: by words, by a picture, and what search knows of one photo."""
