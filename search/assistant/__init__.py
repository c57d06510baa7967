"""What assistants (language models, over MCP) may ask: to read, and only what a person allows."""
