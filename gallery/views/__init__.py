"""The gallery's pages, by topic. Every page shows users only their own photos."""
