"""Which cells of a sample the workbook holds as numbers: what they are shown as has a point for decimals, always."""

from __future__ import annotations

import io

from conditioners.drafting.samples import Sample
from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw, RawInput
from conditioners.readers.json_showing import Number
from conditioners.readers.workbook import load_sheets
from conditioners.unpack import Unpacker


def find_typed_numerals(sample: Sample) -> frozenset[str]:
    """What the numbers with decimals of a workbook, or of those in an archive, are shown as; none of other formats."""
    if sample.form["format"] != "workbook":
        return frozenset()
    raw = RawInput(sample.file_name, lambda: io.BytesIO(sample.data), len(sample.data))
    unpacker = Unpacker(DEFAULT, lambda _: True, lambda *_: None)
    found = set[str]()
    with OpenedRaw(raw, DEFAULT) as opened:
        for member in unpacker.members(opened):
            try:
                sheets = load_sheets(member, DEFAULT).sheets
            except Refusal:
                continue  # Other files may stand beside the workbooks of an archive.
            rows = (cells for sheet in sheets for cells in sheet.rows())
            found.update(cell for cells in rows for cell in cells if isinstance(cell, Number))
    return frozenset(found)
