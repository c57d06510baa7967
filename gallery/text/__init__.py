"""Cleans and normalizes text from file names, metadata and people."""
