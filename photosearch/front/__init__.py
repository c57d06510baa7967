"""nginx in front of our processes, so that no process waits for slow clients."""
