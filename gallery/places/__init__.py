"""Places without a network: coordinates to city, region, country and time zone, and typed names to places."""
