"""Months of a sample in other languages than English: which language has them all, and the sample with English ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from conditioners.values.month_names import Months, list_names, translate_month

if TYPE_CHECKING:
    from conditioners.drafting.guesses import Guess
    from conditioners.drafting.samples import Sample

_LANGUAGES = {
    "German": "Januar/Jänner/Jan Februar/Feber/Feb März/Mär/Mrz April/Apr Mai Juni/Jun Juli/Jul August/Aug "
    "September/Sept/Sep Oktober/Okt November/Nov Dezember/Dez",
    "French": "janvier/janv/jan février/févr/fév mars/mar avril/avr mai juin/jun juillet/juil/jul août/aou "
    "septembre/sept/sep octobre/oct novembre/nov décembre/déc",
    "Spanish": "enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago "
    "septiembre/setiembre/sept/sep octubre/oct noviembre/nov diciembre/dic",
    "Italian": "gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug agosto/ago "
    "settembre/sett/set ottobre/ott novembre/nov dicembre/dic",
    "Portuguese": "janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago "
    "setembro/set outubro/out novembro/nov dezembro/dez",
    "Dutch": "januari/jan februari/feb maart/mrt/maa april/apr mei juni/jun juli/jul augustus/aug "
    "september/sept/sep oktober/okt november/nov december/dec",
    "Polish": "styczeń/stycznia/sty luty/lutego/lut marzec/marca/mar kwiecień/kwietnia/kwi maj/maja "
    "czerwiec/czerwca/cze lipiec/lipca/lip sierpień/sierpnia/sie wrzesień/września/wrz "
    "październik/października/paź listopad/listopada/lis grudzień/grudnia/gru",
    "Swedish": "januari/jan februari/feb mars/mar april/apr maj juni/jun juli/jul augusti/aug "
    "september/sept/sep oktober/okt november/nov december/dec",
    "Danish or Norwegian": "januar/jan februar/feb mars/marts/mar april/apr maj/mai juni/jun juli/jul august/aug "
    "september/sept/sep oktober/okt november/nov december/desember/dec/des",
    "Turkish": "Ocak/Oca Şubat/Şub Mart/Mar Nisan/Nis Mayıs/May Haziran/Haz Temmuz/Tem Ağustos/Ağu Eylül/Eyl Ekim/Eki "
    "Kasım/Kas Aralık/Ara",
    "English": "January/Jan February/Feb March/Mar April/Apr May June/Jun July/Jul August/Aug September/Sept/Sep "
    "October/Oct November/Nov December/Dec",
}
"""The names of months, those of one between slashes."""
_WORD = re.compile(r"[^\W\d_]{3,}(\.(?=[\s/-]|$))?")
_AROUND = re.compile(r"(?:[\W\d_]|\b(?:de|del|of|r|Uhr)\b|(?<=1)er\b)*")
_FEWEST_LABELS, _LOOKED_AT = 3, 400


def find_months(sample: Sample) -> tuple[str, Months]:
    """The language of the months in a sample's labels and columns, and its names; nothing where English does."""
    groups = [each for each in (_months_of(cells) for cells in sample.columns) if each]
    labels = [found[0] for label in sample.labels or () if (found := _last_month(label))]
    groups += [labels] if len(labels) >= _FEWEST_LABELS else []
    words = {word.casefold() for group in groups for word in group}
    if not words or _are_plain({word.removesuffix(".") for word in words}):
        return "", ()
    for language, table in _TABLES.items():
        if words <= _list_forms(table):
            has_points = any(word.endswith(".") for word in words)
            return language, _show(table, has_points=has_points)
    return "", ()


def translate_sample(sample: Sample, months: Months) -> Sample:
    """The sample with columns of months in English."""
    if not months:
        return sample
    columns = tuple(
        tuple(translate_month(cell, months) for cell in cells) if _months_of(cells) else cells
        for cells in sample.columns
    )
    return replace(sample, columns=columns)


def are_used(guesses: Iterable[Guess]) -> bool:
    """Whether days or moments among columns have months as words."""
    return any("%b" in written or "%B" in written for guess in guesses for written in guess.formats)


def tell_months(language: str) -> str:
    """What to check of them."""
    return f"names of months are read as {language}: check `months`"


def _months_of(cells: Sequence[str]) -> list[str]:
    """The word in each cell of a column whose cells hold one each, beside digits and marks; none of other columns."""
    distinct = list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))[:_LOOKED_AT]
    found = list(takewhile(bool, map(_only_month, distinct)))
    return found if len(found) == len(distinct) else []


def _only_month(cell: str) -> str:
    """A name of a month that stands in a cell with nothing but digits, marks and `de` around; else nothing."""
    found = _last_month(cell)
    if found is None or not _AROUND.fullmatch(cell[: found.start()]) or not _AROUND.fullmatch(cell[found.end() :]):
        return ""
    return found[0]


def _last_month(text: str) -> re.Match[str] | None:
    """The last word of a text that is a month in some language."""
    return next((each for each in reversed([*_WORD.finditer(text)]) if each[0].casefold() in _ALL), None)


def _are_plain(words: set[str]) -> bool:
    """Whether `%b` alone or `%B` alone reads all of the words."""
    whole = {names[0].casefold() for names in _TABLES["English"]}
    return words <= whole or words <= {word[:3] for word in whole}


def _list_forms(table: Sequence[tuple[str, ...]]) -> set[str]:
    return {name.casefold() for month in _show(table, has_points=True) for name in list_names(month)}


def _show(table: Sequence[tuple[str, ...]], *, has_points: bool) -> Months:
    """The names as they are declared; where points end shortened ones, these as well."""
    if not has_points:
        return tuple(names[0] if len(names) == 1 else names for names in table)
    with_points = [(*names, *(f"{name}." for name in names if len(name) < len(names[0]))) for names in table]
    return tuple(names[0] if len(names) == 1 else names for names in with_points)


_TABLES = {
    language: [tuple(month.split("/")) for month in months.split()] for language, months in _LANGUAGES.items()
}  # fmt: skip
_ALL = frozenset(name for table in _TABLES.values() for name in _list_forms(table))
