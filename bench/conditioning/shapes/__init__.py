"""Makes other files of the same form: values, records and elements moved, doubled, left out, packed in other ways.

Bytes that are spoiled anywhere leave hardly a document or package that can be read, so all that lies behind the parser
would see the same few files again and again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from bench.conditioning.shapes.elements import reshape_marked
from bench.conditioning.shapes.packages import pack_again, reshape_zip, unpack
from bench.conditioning.shapes.parquet import reshape_parquet
from bench.conditioning.shapes.rows import reshape_rows
from bench.conditioning.shapes.segments import reshape_edi
from bench.conditioning.shapes.trees import reshape_json


def reshape(data: bytes, chance: random.Random) -> bytes:
    """A file of the same form, or in another package; raises ValueError and the like where it is of no form."""
    return next((change for begins, change in _FORMS if begins.match(data)), reshape_rows)(data, chance)


def _reshape_packed(data: bytes, chance: random.Random) -> bytes:
    return pack_again(reshape(unpack(data), chance), chance)


def _reshape_archive(data: bytes, chance: random.Random) -> bytes:
    return reshape_zip(data, chance, reshape)


_FORMS: tuple[tuple[re.Pattern[bytes], Callable[[bytes, random.Random], bytes]], ...] = (
    (re.compile(rb"\x1f\x8b|BZh|\xfd7zXZ"), _reshape_packed),
    (re.compile(rb"PK\x03\x04"), _reshape_archive),
    (re.compile(rb"PAR1"), reshape_parquet),
    (re.compile(rb"\s*[\[{]"), reshape_json),
    (re.compile(rb"\s*<|\xff\xfe<\0"), reshape_marked),
    (re.compile(rb"ISA|UN[AB]"), reshape_edi),
)
