"""Some spoiled files for each reader; `python -m bench.conditioning.fuzz` tries as many as one likes."""

import gzip
import os
import random
import signal

import pytest

from bench.conditioning import fuzz_checks, mutations
from bench.conditioning.fuzz import Run, fuzz, main, make_input
from bench.conditioning.fuzz_checks import _has_one_line_end, find_fault
from bench.conditioning.fuzz_origins import find_stranger
from bench.conditioning.fuzz_targets import list_targets
from conditioners.limits import DEFAULT

TARGETS = list_targets()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_spoiled_files_are_read_or_refused_and_every_row_is_accounted_for(target):
    results = list(fuzz(target, 5, range(40)))

    assert [(number, fault) for number, _, fault in results if fault] == []
    assert any(read for _, read, _ in results)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_reader_can_read_the_files_that_are_spoiled_for_it(target):
    of_other_form = target.name.startswith("source") or "other trees" in target.name or target.foreign
    read = [find_fault(target, data) == (True, None) for data in target.files]

    assert any(read) if of_other_form else all(read)


def test_documents_that_are_too_large_to_be_held_are_spoiled_as_well():
    in_pieces = [target for target in TARGETS if target.limits is not DEFAULT]

    assert {target.source is None for target in in_pieces} == {True, False}
    for target in in_pieces:
        assert all(len(data) > target.limits.json_bytes for data in target.files)
        assert all(find_fault(target, data) == (True, None) for data in target.files)


def test_the_same_number_gives_the_same_input_and_another_gives_another():
    inputs = {make_input(TARGETS[0], 3, number) for number in (1, 2)}

    assert make_input(TARGETS[0], 3, 1) in inputs
    assert len(inputs) == 2


def test_a_document_that_is_read_otherwise_in_pieces_than_as_a_whole_is_found_out(monkeypatch):
    target = next(target for target in TARGETS if target.name == "reader: JSON tree in pieces")
    read = fuzz_checks._read_declared

    def read_less(target, source, data, limits):
        found = read(target, source, data, limits)
        if limits is DEFAULT:
            del found.places[-1]
        return found

    monkeypatch.setattr("bench.conditioning.fuzz_checks._PIECES", 1)
    assert find_fault(target, target.files[0]) == (True, None)
    monkeypatch.setattr("bench.conditioning.fuzz_checks._read_declared", read_less)
    assert find_fault(target, target.files[0]) == (True, "in other pieces it is read differently")


def test_files_are_mixed_with_those_of_other_forms():
    target = next(target for target in TARGETS if target.name == "reader: mixtures")
    mixed = {make_input(target, 1, number) for number in range(60)}

    assert mixed == {make_input(target, 1, number) for number in range(60)}
    assert len(mixed) == 60
    assert any(data.startswith(b"PK") and b"{" in data for data in mixed)


def test_a_sample_that_ends_its_draft_in_a_traceback_is_found_out(monkeypatch):
    target = next(target for target in TARGETS if target.is_drafted)
    assert find_fault(target, b"store,units\n001,5\n002,6\n") == (True, None)
    monkeypatch.setattr("conditioners.drafting.projects.draft_source", lambda *_: 1 / 0)

    assert find_fault(target, b"store,units\n001,5\n002,6\n") == (False, "ZeroDivisionError: division by zero")


def test_a_reader_that_raises_is_found_out(monkeypatch):
    monkeypatch.setattr("bench.conditioning.fuzz_checks._check_reader", lambda *_: 1 / 0)

    assert find_fault(TARGETS[0], b"a,b\n1,2\n") == (False, "ZeroDivisionError: division by zero")


def test_a_reader_that_kills_the_process_is_noted_and_the_run_goes_on_behind_it(monkeypatch, tmp_path, capfd):
    deadly = make_input(TARGETS[0], 1, 2)
    monkeypatch.setattr(
        "bench.conditioning.fuzz_checks._check_reader",
        lambda *given: os.kill(os.getpid(), signal.SIGKILL) if given[-1] == deadly else (True, None),
    )
    monkeypatch.setattr("sys.argv", ["fuzz", "--inputs", "5", "--only", TARGETS[0].name, "--keep", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    progress = Run.load(tmp_path, 1).of(TARGETS[0])
    assert (progress.inputs, progress.wrong) == (5, 1)
    assert (tmp_path / "reader_delimited-1-2").read_bytes() == deadly
    assert "the process died: SIGKILL" in capfd.readouterr().out


def test_a_run_goes_on_where_it_ended(tmp_path):
    run = Run.load(tmp_path, 1)
    run.of(TARGETS[0]).inputs = 7
    run.save()

    assert Run.load(tmp_path, 1).of(TARGETS[0]).inputs == 7
    with pytest.raises(ValueError, match="another folder"):
        Run.load(tmp_path, 2)


def test_of_many_wrong_inputs_the_first_hundred_are_kept_and_all_are_counted(tmp_path):
    run = Run.load(tmp_path, 1)
    for number in range(103):
        run.note(TARGETS[0], number, "wrong")

    assert (run.of(TARGETS[0]).wrong, len(list(tmp_path.iterdir()))) == (103, 100)


def test_a_run_ends_after_its_seconds_and_the_same_command_goes_on(monkeypatch, tmp_path):
    def run(*more):
        monkeypatch.setattr(
            "sys.argv", ["fuzz", "--inputs", "3", "--only", TARGETS[0].name, "--keep", str(tmp_path), *more]
        )
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, Run.load(tmp_path, 1).of(TARGETS[0]).inputs

    assert run("--seconds", "0") == (0, 0)
    assert run() == (0, 3)


def test_a_cell_that_stands_nowhere_in_the_file_is_found_out():
    packed = gzip.compress(b'{"a": "x\\u0041y", "b": "1"}')

    assert find_stranger(packed, {"xAy", "1", "\u00fc", "", None}) is None
    assert find_stranger(packed, {"xAy", "12"}) == "a cell stands nowhere in the file: '12'"


def test_bytes_of_two_characters_are_no_line_end_of_a_file_in_utf_32():
    head = "day\r".encode("utf-32")

    assert _has_one_line_end(head + "1\r".encode("utf-32-le"))
    assert not _has_one_line_end(head + b"\n\0\x60\0" + "1\r\n".encode("utf-32-le"))


def test_half_of_a_character_is_no_line_end_of_a_file_in_utf_16():
    head = "day\r".encode("utf-16")

    assert _has_one_line_end(head + "\u5d0a1\r".encode("utf-16-le"))
    assert not _has_one_line_end(head + "\u5d0a1\n".encode("utf-16-le"))


def test_text_around_an_element_stands_in_the_file():
    mixed = b"<units>nu<sale><day> 5 </day></sale>ll</units>"

    assert find_stranger(b"<units>nu<sale> 5 </sale>ll</units>", {"null", "5"}) is None
    assert find_stranger(b"<units><![CDATA[nu]]><sale> 5 </sale>ll</units>", {"null", "5"}) is None
    assert find_stranger(mixed, {"null5"}) == "a cell stands nowhere in the file: 'null5'"


def test_an_output_that_is_no_standard_csv_is_found_out(monkeypatch):
    target = next(target for target in TARGETS if target.name == "delimited")
    monkeypatch.setattr("bench.conditioning.fuzz_checks._write", lambda rows: b"another")

    assert find_fault(target, target.files[0]) == (True, "the output is no standard CSV")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_another_file_of_the_same_form_can_be_made(target):
    chance = random.Random(1)
    made = {mutations._reshape(target.files[number % len(target.files)], chance) for number in range(20)}

    assert len(made - set(target.files)) > 5
