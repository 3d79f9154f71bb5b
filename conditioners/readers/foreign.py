"""Files that hold no table, or none that is read here: told by name, with what to do instead."""

from __future__ import annotations

import re

from conditioners.outcome import Refusal

_SEND = "have its table sent as text or as a workbook"
_UNPACK = "which must be unpacked first"
_EXPORT = "export its table as text or Parquet"
_ARCHIVE = {
    rb"7z\xbc\xaf": "a 7z archive", rb"Rar!\x1a\x07": "a RAR archive", rb"MSCF\0\0\0\0": "a cabinet archive",
    rb"[\s\S]{257}ustar(?:\0|  \0)": "a tar archive", rb"\x04\x22\x4d\x18": "packed by lz4",
    rb"\x1f\x9d": "packed by compress",
}  # fmt: skip
_PICTURE = (
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|BM[\s\S]{4}\0{4}"
    rb"|RIFF[\s\S]{4}WEBP|[\s\S]{4}ftyp(?:hei[cx]|avif|mif1)"
)
_DOCUMENT = {
    rb"%PDF": "a PDF document", rb"\{\\rtf": "a text document (RTF)", rb"%!PS": "a PostScript document",
    rb"MIME-Version:": "a web archive or mail",
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^<>]*+>\s*+)?<office:document[\s>]": "a flat OpenDocument file",
    rb"PK\x03\x04[\s\S]{26}mimetypeapplication/vnd\.oasis\.opendocument\.(?!spreadsheet)": "an OpenDocument file",
}  # fmt: skip
_DATABASE = {
    rb"SQLite format 3\0": "an SQLite database", rb"\0\x01\0\0Standard (?:Jet|ACE) DB": "an Access database",
    rb"Obj\x01": "an Avro file", rb"ORC[\0-\x08]": "an ORC file", rb"ARROW1\0\0|FEA1\0": "an Arrow file",
    rb"\x89HDF": "an HDF5 file", rb"\$FL[23]@": "an SPSS file", rb"\0{12}\xc2\xea\x81\x60": "a SAS file",
    rb"<stata_dta>": "a Stata file",
    rb"[\x03\x04\x30-\x32\x43\x63\x83\x8b\xcb\xf5\xfb](?=[\s\S]{42}[A-Z@+])[\s\S][\x01-\x0c][\x01-\x1f][\s\S]{28}\w+\0":
        "a dBase file",
}  # fmt: skip
_KNOWN = (
    *((pattern, f"{name}, {_UNPACK}") for pattern, name in _ARCHIVE.items()),
    (_PICTURE, f"a picture; {_SEND}"),
    *((pattern, f"{name}; {_SEND}") for pattern, name in _DOCUMENT.items()),
    *((pattern, f"{name}; {_EXPORT}") for pattern, name in _DATABASE.items()),
    (
        rb"\x09[\0\x02\x04\x08][\x04\x06\x08\x10]\0",
        "a workbook of Excel 4 or older, or without its container; have it saved anew",
    ),
    (rb"\x7fELF|MZ[^\t\n\r -~]", "a program"),
    (rb"PARE", "a Parquet file that is encrypted as a whole; have it written without encryption"),
    (rb"-----BEGIN PGP MESSAGE-----", "encrypted by PGP, and must be decrypted first"),
    (rb"\x4c\x6f\xa7\x94", "an XML document in EBCDIC, in which it is not read"),
)
_PATTERNS = [(re.compile(pattern), told) for pattern, told in _KNOWN]
_OFFICE = ((b"word/document", "a Word document"), (b"ppt/presentation", "a presentation"))
_FORMS = (
    (re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"\s*<(?:\?xml|[a-z])", re.IGNORECASE), "an XML document"),
    (re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*(?:[\[{\"\]0-9-]|true\b|false\b|null\b))"), "a JSON document"),
    (re.compile(rb"PAR1"), "a Parquet file"),
    (re.compile(rb"\s*(?:ISA[^A-Za-z0-9 ]|UN[AB][^A-Za-z0-9])"), "an EDI interchange"),
    (re.compile(rb"\s*STX="), "a TRADACOMS interchange"),
)


def refuse_foreign(head: bytes) -> None:
    """Raises Refusal when a file's first bytes are those of something that is not read here."""
    told = next((told for pattern, told in _PATTERNS if pattern.match(head)), None)
    if told is None and head.startswith(b"PK\x03\x04") and b"xl/" not in head:
        told = next((f"{name}; {_SEND}" for part, name in _OFFICE if part in head), None)
    if told is not None:
        raise Refusal(f"the file is {told}")


def name_form(head: bytes) -> str | None:
    """What a file seems to be that is no delimited or fixed-width text; None if it is not told by its beginning."""
    start = head.removeprefix(b"\xef\xbb\xbf")
    return next((name for pattern, name in _FORMS if pattern.match(start)), None)
