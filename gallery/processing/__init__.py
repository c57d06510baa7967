"""The background steps of each photo: which are missing, their attempts, and the tasks that do them."""
