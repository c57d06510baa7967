"""Keyword search in recognised text: the Elasticsearch index, its queries, snippets and matches."""
