"""The project: settings, URLs, and the servers that `make run` starts."""
