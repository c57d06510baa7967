"""Text recognition with PaddleOCR: the only importer of paddle."""
