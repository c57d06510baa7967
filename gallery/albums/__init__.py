"""Albums: making and listing them, adding and removing photos."""
