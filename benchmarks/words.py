"""Words, sentences and codes of several languages for the synthetic library, from installed packages."""

import gettext
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pydoc_data.topics import topics

import numpy as np
from pypinyin.phrases_dict import phrases_dict

LANGUAGES = ("de", "fr", "vi", "tr", "ja", "zh_Hant")
# Shares of the languages of the texts: the rest is English and simplified Chinese.
OTHER_SHARE = 0.2
CHINESE_SHARE = 0.4
MIN_LENGTH, MAX_LENGTH = 20, 2000
# The exponent of Zipf's law.
ZIPF = 1.25
PHRASES = 20_000


def draw_text(generator: np.random.Generator, number: int) -> str:
    """Return a text of 20 to 2,000 characters, many short and few long ones, in lines, with a code."""
    length = int(np.exp(generator.uniform(np.log(MIN_LENGTH), np.log(MAX_LENGTH))))
    kind = generator.random()
    if kind < OTHER_SHARE:
        words, joint = _words(LANGUAGES[number % len(LANGUAGES)]), " "
    elif kind < OTHER_SHARE + CHINESE_SHARE:
        words, joint = _phrases(), ""
    else:
        words, joint = _words("en"), " "
    parts = [f"{code_of(number)}{joint or ' '}"]
    size = len(parts[0])
    while size < length:
        line = joint.join(pick_words(generator, words, int(generator.integers(2, 9))))
        parts.append(line + "\n")
        size += len(parts[-1])
    return "".join(parts)[:length].strip()


def code_of(number: int) -> str:
    """Return a code such as KQ-4711."""
    return f"{'ABCDEFGH'[number % 8]}{'KLMNPQRS'[number // 8 % 8]}-{number % 99_991:05}"


def pick_words(generator: np.random.Generator, words: Sequence[str], number: int) -> list[str]:
    """Return words by Zipf's law: few are frequent, most are rare."""
    ranks = np.minimum(generator.zipf(ZIPF, number), 10**9) % len(words)
    return [words[rank] for rank in ranks]


@cache
def _phrases() -> list[str]:
    """Chinese phrases, in an order that mixes their first characters."""
    phrases = [phrase for phrase in phrases_dict if 2 <= len(phrase) <= 5]
    return [phrases[number * 7919 % len(phrases)] for number in range(min(PHRASES, len(phrases)))]


@cache
def _words(language: str) -> list[str]:
    """Words of Django's messages in a language; English ones of Python's help."""
    texts = list(topics.values()) if language == "en" else []
    for package in ("django.conf", "django.contrib.admin", "django.contrib.auth", "rest_framework"):
        file = files(package) / "locale" / language / "LC_MESSAGES" / "django.mo"
        if file.is_file():
            with file.open("rb") as stream:
                catalogue = gettext.GNUTranslations(stream)._catalog
            texts += [text for key, text in catalogue.items() if key]
    return list(dict.fromkeys(re.findall(r"[^\W\d_]{2,}", " ".join(texts))))
