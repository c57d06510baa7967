"""Near-duplicates among a user's photos: found by vectors and words, shown in groups."""
