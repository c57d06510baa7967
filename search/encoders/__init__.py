"""Pictures and texts to vectors: one process holds the encoders (`server`), everybody else asks it through `client`."""
