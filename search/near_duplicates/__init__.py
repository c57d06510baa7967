"""Finds and groups near-duplicates among a user's photos."""
