"""Suggestions for the search box while the user types."""
