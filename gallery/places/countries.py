"""Countries by their names and codes."""

from functools import cache

from gallery.places.gazetteer import gazetteer
from gallery.places.keys import key_of

# Also the names of regions elsewhere.
AMBIGUOUS = frozenset(("georgia", "luxembourg"))


def country_code(name: str) -> str | None:
    """Return the ISO 3166-1 code of the country with exactly this name or code; None if there is none."""
    return _codes().get(key_of(name))


@cache
def _codes() -> dict[str, str]:
    countries = gazetteer().countries
    named = {key_of(name): country.code for country in reversed(countries) for name in country.names}
    coded = {country.code.lower(): country.code for country in countries}
    return {key: code for key, code in (named | coded).items() if key and key not in AMBIGUOUS}
