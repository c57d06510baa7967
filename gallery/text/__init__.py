"""Cleaning and Unicode normalization of file names, metadata and user input."""
