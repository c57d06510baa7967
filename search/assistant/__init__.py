"""Read-only access for assistants (language models, over MCP) to the photos that a user allows."""
