"""A user's photos: store, process, show, delete."""
