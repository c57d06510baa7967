"""Pictures to begin with: drawn ones whose text is known, and a few real photographs; no names in them are real."""
