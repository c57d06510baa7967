"""Text recognition with PaddleOCR. Only this package imports paddle."""
