"""The query language: parser, dates, filters and text folding."""
