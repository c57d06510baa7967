"""Configuration of photosearch: settings, addresses, and the servers that `make run` starts."""
