"""Encoders turn pictures and texts into vectors. They run in one process (`server`); all others use `client`."""
