"""Vector search with pgvector: nearest neighbours, their index, and query vectors."""
