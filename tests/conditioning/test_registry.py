"""The registry: each raw file belongs to one source, and anything else is a value that says why."""

import subprocess
import sys

import pytest

from conditioners import registry, sources
from conditioners.outcome import SourceError
from conditioners.registry import Identified, Unidentified, UnknownSource, all_sources, get_source, identify


def test_a_file_belongs_to_the_source_of_its_folder():
    found = identify("shipments/texas/2020.csv", b"")

    assert isinstance(found, Identified)
    assert found.source is get_source("shipments")


def test_an_unknown_file_is_told_with_the_sources_there_are():
    found = identify("invoices/2020.csv", b"")

    assert isinstance(found, Unidentified)
    assert "'invoices/2020.csv' belongs to no source" in found.reason
    assert all(source.name in found.reason for source in all_sources())


def test_two_claimants_are_an_error_that_names_both(monkeypatch, make_source):
    monkeypatch.setattr(registry, "all_sources", lambda: (make_source(), make_source(name="other")))
    found = identify("toy/a.csv", b"")

    assert isinstance(found, Unidentified)
    assert found == Unidentified("'toy/a.csv' is claimed by more than one source: toy, other")


def test_a_look_at_the_head_decides_where_the_path_does_not(monkeypatch, make_source):
    sources = (make_source(head="day,"), make_source(name="other", head="Tag;"))
    monkeypatch.setattr(registry, "all_sources", lambda: sources)

    assert identify("toy/a.csv", b"Tag;store") == Identified(sources[1])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_look_at_the_head_sees_text_in_any_encoding_that_a_mark_tells(monkeypatch, make_source, encoding):
    sources = (make_source(head="day,"), make_source(name="other", head="Größe;"))
    monkeypatch.setattr(registry, "all_sources", lambda: sources)

    assert identify("toy/a.csv", "Größe;store".encode(encoding)) == Identified(sources[1])


def test_asking_for_an_unknown_source_names_those_there_are():
    with pytest.raises(UnknownSource, match="shipments"):
        get_source("shipment")


def test_a_path_is_data_and_nothing_else():
    for path in ("../shipments/a.csv", "shipments\n/a.csv", "", "/shipments/a.csv"):
        assert isinstance(identify(path, b""), Unidentified)
    # Steps upwards are not followed, so its folder is the first one; the lake has no such names.
    assert identify("shipments/../../etc/passwd", b"").source.name == "shipments"


def test_importing_the_registry_and_engine_imports_nothing_heavy():
    code = (
        "import sys, conditioners.engine, conditioners.registry as r; r.all_sources();"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'polars', 'pyarrow', 'numpy', 'python_calamine')))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_module_that_cannot_be_read_is_told_by_its_name_in_one_line(tmp_path):
    (tmp_path / "torn.py").write_text("SOURCE = Source(")
    code = (
        f"import sys; from conditioners import sources; sources.__path__.append({str(tmp_path)!r}); "
        "from cli.__main__ import main; sys.argv = ['headrace.py', 'condition', 'stores', 'a.csv', '--out', '.']; "
        "sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    told = "headrace: conditioners/sources/torn.py: SyntaxError: '(' was never closed (torn.py, line 1)\n"
    assert (done.returncode, done.stderr) == (1, told)


DECLARED = """from conditioners.columns import Text
from conditioners.declaration import Source
from conditioners.dialects import Delimited
SOURCE = Source(name="acme", title="x", files=("acme/**",), columns=(Text("{0}"),), dialects=(Delimited(name="d"),))
"""


def test_a_source_that_is_added_mended_or_deleted_counts_as_it_is_now(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "__path__", [str(tmp_path)])
    module = tmp_path / "acme.py"
    assert all_sources() == ()

    for label in ("day", "tag"):  # of one length, and within one second
        module.write_text(DECLARED.format(label))
        assert [column.name for column in get_source("acme").columns] == [label]
        assert get_source("acme") is get_source("acme")
    for text, told in (
        ("SOURCE = 5", " has no SOURCE"),
        ("# what for\nimport nothing_here", ", line 2: ModuleNotFoundError: No module named"),
        (DECLARED.format("day").replace("title", "titel"), ", line 4: TypeError"),
        (
            DECLARED.format("day").replace('files=("acme/**",)', "files=5"),
            ", line 4: SourceError: source acme: `files`",
        ),
    ):
        module.write_text(text)
        with pytest.raises(SourceError, match=rf"conditioners/sources/acme.py{told}"):
            all_sources()
    module.write_text(DECLARED.format("week"))
    assert [column.name for column in get_source("acme").columns] == ["week"]
    module.unlink()
    assert all_sources() == ()


def test_two_modules_that_declare_one_source_are_both_named(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "__path__", [str(tmp_path)])
    for module in ("beta", "copy_of_beta"):
        (tmp_path / f"{module}.py").write_text(DECLARED.format("day"))

    with pytest.raises(SourceError, match=r"declare the source acme: beta\.py and copy_of_beta\.py; rename one"):
        all_sources()
