"""One picture file's bytes: formats, header, metadata, decoding and digests; no database."""
