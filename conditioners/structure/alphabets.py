"""Whether the letters of a text are those of one language, which the letters of a wrong code page seldom are."""

from __future__ import annotations

import unicodedata

_ALPHABETS = tuple(
    map(
        frozenset,
        (
            "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáàâçéêíóôõúü", "àèéìíîòóùú", "åäöé", "åæøéèòôü", "äëéèêïöüó",
            "àçèéíïòóúü", "áéíóöőúüű", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "čćđšž", "ăâîșțşţ",
            "âçğıîöşûü", "āčēģīķļņōŗšūž", "ąčęėįšųūž", "äõöüšž", "çë",
        ),
    )
)  # fmt: skip
"""Letters beyond ASCII of German, French, Spanish, Portuguese, Italian, Swedish with Finnish, Danish with Norwegian,
Dutch, Catalan, Hungarian, Polish, Czech, Slovak, Croatian with Slovenian, Romanian, Turkish, Latvian, Lithuanian,
Estonian, Albanian. Icelandic is left out, whose letters are also what Turkish looks like under Windows-1252."""


def mixes_alphabets(text: str) -> bool:
    """Whether a text has Latin letters beyond ASCII, and no language that is known here has all of them."""
    letters = {letter for letter in set(text) if letter > "\x7f" and letter.isalpha()}
    if not letters or not all(unicodedata.name(letter, "").startswith("LATIN") for letter in letters):
        return False
    small = {each for letter in letters for each in letter.lower() if each > "\x7f" and each.isalpha()}
    return not any(small <= alphabet for alphabet in _ALPHABETS)
