"""Recognisers of single lines in one script, each engine in its own module."""

from search.ocr.recognisers.finding import Recogniser, find_recognisers, recognisers_digest

__all__ = ["Recogniser", "find_recognisers", "recognisers_digest"]
