"""Metadata of a picture's file, and of an XMP file beside it: read by exiftool, and understood as claims."""
