"""Values that witnesses state about photos, and the choice between them."""
