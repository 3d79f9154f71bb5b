"""Names for the columns of a sample: canonical ones from its labels, and whether a label is that of a code."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_CODE_WORDS = (
    "zip|postal|postcode|plz|code|id|sku|upc|ean|gtin|isbn|item|store|plu|phone|fips|ansi|naics|account"
    "|gln|sscc|duns|asin|ndc|imei|isin|cusip|mpn|no|nr|number|num|nbr"
)
_NAMED = (
    "station|plant|vendor|supplier|customer|client|order|invoice|material|product|warehouse|branch|outlet|site|route"
    "|location|dept|department|lot|batch|po|filiale|werk|konto|gegenkonto( ohne .*)?|kostenstelle|debitor|kreditor"
    "|kunde|artikel|lieferant|beleg|markt|magasin|article"
    "|fournisseur|compte|tienda|cliente|art[ií]culo|producto|proveedor|cuenta|codice|c[óo]digo|whse|loc|stn|wmo|wban|usaf"
    "|terminal|cashier|kassierer|ticket|receipt|folio|serial|lote|ref|réf|référence|referencia|indeks|psč|psc|cep|индекс"
    "|postinumero|nif|cnpj|cpf|rfc|vkn|iban|sucursal|loja|filial|mağaza|magazin|sklep|prodejna|butik|butikk|myymälä|магазин"
    "|店舗|门店|店铺|門店|매장"
)
"""Labels of what has a number for its name, where they stand alone: `units on order` counts."""
_NAMED_ELSEWHERE = (
    "kod|kodu|kód|kode|koodi|kood|kods|kodas|codice|cód|код|κωδικός|κωδ|mã|كود|رمز|קוד|šifra|sifra|шифра|шифр"
    "|артикул|штрихкод|barkod|vonalkód|cikkszám|numer|číslo|nummer|nro|numéro|номер|رقم"
)
"""Words of other languages for codes and numbers that name something, and never for how many there are."""
_NAMES_CODE = re.compile(
    rf"({_CODE_WORDS}|{_NAMED})( code| id)?"
    rf"|({_NAMED_ELSEWHERE})( .*)?|.* ({_NAMED_ELSEWHERE})"
    r"|(zip|postal|postcode|plz|sku|upc|ean|gtin|fips|naics|code|cod|codigo|código) .*"
    rf"|(?!.*\b(per|by|of|count)\b).* ({_CODE_WORDS})"
    r"|\w*(num|nbr|code|nummer|numero|nr|koodi|kód|コード|番号|品番|编号|编码|代码|条码|號|号|코드|번호|품번)"
)
_MARKS_CODE = re.compile(r"\w ?#\s*$|\u2116|^\s*(?:\u0e23\u0e2b\u0e31\u0e2a|\u05de\u05e7[\"\u05f4]\u05d8)")
"""What tells a code by more than letters: `Check #` and the sign of a number, and words of Thai and Hebrew."""
_NAMES_IN_EDI = re.compile(r"(N1|N9|REF|LIN|NAD|PIA|LOC|RFF)\.[A-Z0-9]{1,3}|SDQ")
"""Labels of EDI segments that say who, where and what by codes."""
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"})
"""Letters that are none with a mark above or below."""
_LONGEST_NAME = 60
_VAGUE = frozenset({"id", "code", "name", "value", "type", "number", "no", "key", "unit", "unitcode"})


def names_code(label: str) -> bool:
    """Whether a label is that of a code or number that names something, as `Store no.` and `zip_code` are."""
    words = re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)).strip().lower()
    if _NAMES_CODE.fullmatch(words) or _MARKS_CODE.search(label):
        return True
    return _NAMES_IN_EDI.fullmatch(label) is not None


def shorten_paths(paths: Sequence[str]) -> list[str]:
    """As much of each path's end as tells it apart, and what it is of where its last name is vague."""
    split = [re.split(r"[./@]+", path.strip("./@")) for path in paths]
    lasts = Counter(names[-1] for names in split)
    seconds = Counter(tuple(names[-2:]) for names in split)
    shortened = []
    for names in split:
        is_vague = names[-1].lower() in _VAGUE or lasts[names[-1]] > 1
        unique = seconds[tuple(names[-2:])] == 1
        shortened.append(names[-1] if not is_vague else " ".join(names[-2:] if unique else names))
    return shortened


def name_columns(labels: Sequence[str]) -> list[str]:
    """A canonical name for each label, all different."""
    names: list[str] = []
    for number, label in enumerate(labels, start=1):
        plain = unicodedata.normalize("NFKD", label.translate(_LETTERS)).encode("ascii", "ignore").decode()
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain.rpartition("/@")[2] or plain)
        name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:_LONGEST_NAME].rstrip("_")
        name = name or f"column_{number}"
        name = f"c_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name
        while name in names:
            name = f"{name}_{number}"
        names.append(name)
    return names
