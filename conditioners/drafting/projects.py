"""Puts a drafted source into the project: its module and a golden pair, which hold together as written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conditioners.declaration import Source
from conditioners.drafting.asides import find_total
from conditioners.drafting.beginnings import take_beginning
from conditioners.drafting.cutting import cut_sample
from conditioners.drafting.drafts import Draft, check_name, draft_source
from conditioners.drafting.line_patterns import match_beginning
from conditioners.drafting.module_text import write_module
from conditioners.drafting.sample_forms import AT_PLACES
from conditioners.drafting.sample_remarks import is_of_units, tell_units
from conditioners.drafting.samples import NoDraft, Sample, look_at_sample
from conditioners.drafting.trailers import match_trailer, tell_trailer
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Refusal, Refused, SourceError, Summary
from conditioners.rules import Rule

SOURCES, GOLDEN = "conditioners/sources", "tests/conditioning/golden"
_FEWER = (40, 39, 38, 37, 36, 35, 30, 25, 20, 15, 10)
_TRIES = 4


@dataclass(frozen=True)
class Written:
    """What was written, and how the whole sample fares under it."""

    module: Path
    golden: Path | None
    """The cut sample; its answers stand beside it. None when it is too large to be kept."""
    summary: Summary
    remarks: tuple[str, ...]


def write_source(project: Path, name: str, sample_file: Path) -> Written:
    """Draft a source and write it; raises NoDraft when it cannot be done or would replace something."""
    check_name(name)
    module, folder = project / SOURCES / f"{name}.py", project / GOLDEN / name
    there = [str(path.relative_to(project)) for path in (module, folder) if path.exists()]
    if there:
        raise NoDraft(f"there is a source {name} already; choose another name, or delete {' and '.join(there)} first")
    beginning = take_beginning(sample_file)
    try:
        sample = look_at_sample(sample_file.name, beginning.data)
    except Refusal as refusal:
        raise NoDraft(f"the sample {sample_file.name} cannot be read: {refusal.reason}") from None
    draft, summary = _settle(draft_source(name, sample), sample)
    if beginning.left_out:
        draft = draft.remarking(beginning.left_out)
    text = write_module(draft)
    golden = _cut(load_module(text), sample)
    module.write_text(text, encoding="utf-8")
    written = _write_golden(folder, load_module(text), sample.file_name, golden) if golden else None
    if golden is None:
        draft = draft.remarking("the sample is too large for a golden pair; add a smaller file by hand")
    return Written(module, written, summary, draft.remarks)


def load_module(text: str) -> Source:
    """The source that a module's text declares."""
    scope: dict[str, Any] = {}
    exec(compile(text, "the drafted source", "exec"), scope)  # noqa: S102  # text that this package wrote itself
    source = scope["SOURCE"]
    assert isinstance(source, Source)
    return source


@dataclass(frozen=True)
class _Result:
    summary: Summary
    accepted: bytes
    rejected: bytes


def _condition(source: Source, file_name: str, data: bytes) -> _Result | Refused:
    accepted, rejected = io.BytesIO(), io.BytesIO()
    raw = RawInput(f"{source.name}/{file_name}", lambda: io.BytesIO(data), len(data))
    outcome = condition(source, raw, accepted, rejected)
    if isinstance(outcome, Refused):
        return outcome
    return _Result(outcome.summary, accepted.getvalue(), rejected.getvalue())


def _settle(draft: Draft, sample: Sample) -> tuple[Draft, Summary]:
    """The draft with patterns for lines that stand outside of the table, and what the sample becomes under it."""
    for _ in range(_TRIES):
        result = _try(draft, sample)
        patterns = _find_footers(result.rejected, sample)
        told = [*_find_trailer(result, sample), *_find_units(result.rejected, sample)]
        if told or patterns:
            draft = draft.skipping([*patterns, *(pattern for pattern, _ in told)])
            draft = draft.remarking(*(remark for _, remark in told))
        elif draft.key and (Rule.KEY_CONFLICT in result.summary.rejects or result.summary.rows_duplicate):
            draft = draft.without_key()
        elif not result.summary.rows_out:
            raise NoDraft(f"no row of the sample is accepted as drafted: {dict(result.summary.rejects)}")
        else:
            return draft.remarking(*_tell_rejects(result)), result.summary
    raise NoDraft("the sample's notes and titles could not be told from its rows; declare it by hand")


def _try(draft: Draft, sample: Sample) -> _Result:
    """What the sample becomes; raises NoDraft when the declaration does not read it."""
    try:
        result = _condition(load_module(write_module(draft)), sample.file_name, sample.data)
    except SourceError as error:
        raise NoDraft(f"the sample's form needs a declaration by hand: {error}") from None
    if isinstance(result, Refused):
        place = f" ({result.where})" if result.where else ""
        raise NoDraft(f"no declaration was found that reads the sample: {result.reason}{place}")
    return result


def _tell_rejects(result: _Result) -> list[str]:
    """For each rule, how many rows of the sample break it, and the first one."""
    first: dict[str, str] = {}
    rows = csv.reader(io.StringIO(result.rejected.decode(), newline=""))
    (place, *_), summary = next(rows, [""]), result.summary
    for at, rule, column, reason, _ in rows:
        first.setdefault(f"{column} {rule}".strip(), f"{place} {at}: {reason}")
    return [
        f"{count} of {summary.rows_in} rows of the sample {'goes' if count == 1 else 'go'} to quarantine ({rule}), "
        f"such as {first[rule]}"
        for rule, count in summary.rejects.items()
    ]


def _find_footers(rejected: bytes, sample: Sample) -> list[str]:
    """Patterns for rejected lines that are no rows by the file's structure."""
    rows = csv.DictReader(io.StringIO(rejected.decode(), newline=""))
    place = (rows.fieldnames or ["line"])[0]
    header = sample.labels[0].split(" ")[0] if sample.labels and sample.form["format"] in AT_PLACES else None
    heading, headings = sample.asides.shared_heading, sample.asides.headings
    found = []
    for row in rows:
        raw = row["raw"]
        is_header = header and raw.lstrip().startswith(header)
        if f"{place} {row[place]}" in sample.odd_header:
            found.append(f"{re.escape(raw)}$".replace("\\ ", " "))
        elif f"{place} {row[place]}" in sample.outside or is_header:
            found.append(match_beginning(raw))
        elif pattern := sample.asides.match_total(raw):
            found.append(pattern)
        elif total := None if sample.asides.are_names else find_total(raw):
            is_telling = any(map(str.isalpha, total)) or sample.asides.has_stars
            found.append(match_beginning(total if is_telling else raw))
        elif heading and " ".join(raw.strip('\t ,;|"').split()) in headings:
            found.append(match_beginning(raw[: raw.find(heading) + len(heading)]))
    return found


def _find_units(rejected: bytes, sample: Sample) -> list[tuple[str, str]]:
    """A pattern and a remark for a line right below the labels that has words alone, as those with units have."""
    rows = csv.DictReader(io.StringIO(rejected.decode(), newline=""))
    found = [row["raw"] for row in rows if is_of_units(row.get("line", ""), row["raw"], sample.labels_end)]
    return [(match_beginning(raw), tell_units(raw)) for raw in found]


def _find_trailer(result: _Result, sample: Sample) -> list[tuple[str, str]]:
    """A pattern and a remark for the last rejected line of delimited text, if it tells how many rows there are."""
    *_, raw = ["", *(row["raw"] for row in csv.DictReader(io.StringIO(result.rejected.decode(), newline="")))]
    counts, firsts = range(result.summary.rows_out, result.summary.rows_in), sample.columns[0]
    pattern = match_trailer(raw, sample.form.get("delimiter", ""), firsts, counts)
    return [(pattern, tell_trailer(raw.strip()))] if pattern else []


def _cut(source: Source, sample: Sample) -> bytes | None:
    """As much of the sample's beginning as gives the fewest rejected rows."""
    form = sample.form["format"]
    cuts = {lines: cut_sample(sample.data, form, lines) for lines in _FEWER}
    rejected: Mapping[int, int] = {
        lines: result.summary.rows_quarantined
        for lines, cut in cuts.items()
        if cut is not None and isinstance(result := _condition(source, sample.file_name, cut), _Result)
    }
    return cuts[min(rejected, key=lambda lines: (rejected[lines], -lines))] if rejected else None


def _write_golden(folder: Path, source: Source, file_name: str, data: bytes) -> Path:
    folder.mkdir(parents=True)
    file = folder / re.sub(r"[^A-Za-z0-9._-]+", "_", file_name)
    file.write_bytes(data)
    result = _condition(source, file.name, file.read_bytes())
    assert isinstance(result, _Result)
    file.with_name(f"{file.name}.accepted.csv").write_bytes(result.accepted)
    file.with_name(f"{file.name}.quarantine.csv").write_bytes(result.rejected)
    return file
