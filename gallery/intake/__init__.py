"""Takes picture files in: describes them, checks the quota, and stores them once per owner."""
