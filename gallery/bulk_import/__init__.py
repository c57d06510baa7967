"""Bring many files into a gallery: check, copy or leave in place, go on after a crash, watch, and undo."""
