"""What the speed and memory of photosearch are measured with; one command each (see README.md)."""
