"""Find photos by meaning, by words, by example."""
