"""One module per encoder: the only importers of torch."""
