"""One module per encoder, found by its name: the only importers of torch."""

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from search.encoders.interface import Encoder


def find_encoder_classes(names: Iterable[str]) -> dict[str, type[Encoder]]:
    """Return the classes of these encoders by name, in the order of `names`.

    The module `search.encoders.models.NAME` holds the encoder called NAME as its constant `ENCODER`.

    Raises:
        ImproperlyConfigured: an encoder has no module.
    """
    known = sorted(module.name for module in iter_modules(__path__))
    if unknown := set(names) - set(known):
        raise ImproperlyConfigured(
            _("ENCODERS may name %(known)s, not %(unknown)s.")
            % {"known": ", ".join(known), "unknown": ", ".join(sorted(unknown))}
        )
    return {name: import_module(f"{__name__}.{name}").ENCODER for name in names}
