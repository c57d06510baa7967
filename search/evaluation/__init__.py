"""Measures how well searches find what they should, on labelled pictures and on searches that users have pinned."""
