"""The search pages, and fragments that show search data in the gallery's pages."""
