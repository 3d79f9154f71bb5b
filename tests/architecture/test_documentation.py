"""The documentation says what the code does: settings, routes, commands, modules and libraries."""

from __future__ import annotations

import re
import textwrap

from shared.settings import Settings

ROW = re.compile(r"^\| *`?(?P<first>[^|`]+?)`? *\|(?P<rest>.*)\|$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
COMMON = {"--help", "--json"}
OPTION = re.compile(r"`(--[a-z][a-z-]*)`")
ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)")
NAMED_FILE = re.compile(r"`([\w./-]+\.(?:py|md|sql|toml|in))`")
OF_AN_EXAMPLE = {"conditioners/sources/acme.py"}
STARTED_MODULE = re.compile(r"python3? -m ((?:bench|training|embedded_host)[\w.]*)")
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)
COLUMN_NAME, IN_BRACKETS = re.compile(r"`(\w+)`"), re.compile(r"\([^)]*\)")
REQUIRED = re.compile(r"^([A-Za-z][\w-]*)", re.MULTILINE)


def rows(text):
    """The first cell of each row of the tables in a page, without its code marks, and what comes after it."""
    return [(match["first"].strip(), match["rest"]) for match in ROW.finditer(text)]


def test_the_table_of_settings_names_the_settings_that_the_code_reads(root):
    text = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    told = [name for name, _ in rows(text) if name.startswith("HEADRACE_")]

    assert sorted(told) == sorted(f"HEADRACE_{name}".upper() for name in Settings.model_fields)


def test_the_table_of_settings_tells_each_plain_default(root):
    told = dict(rows((root / "docs" / "settings.md").read_text(encoding="utf-8")))

    for name, field in Settings.model_fields.items():
        if isinstance(field.default, str) and field.default:
            assert field.default in told[f"HEADRACE_{name}".upper()], name


def test_the_table_of_routes_names_the_routes_that_are_registered(root, indexed):
    told = [
        (match[1], match[2])
        for first, _ in rows((root / "docs" / "http.md").read_text(encoding="utf-8"))
        if (match := ROUTE.fullmatch(first))
    ]
    registered = [
        (method, f"/{binding['route']}")
        for function in indexed["functions"]
        for binding in function["bindings"]
        if binding["type"] == "httpTrigger"
        for method in binding["methods"]
    ]

    assert sorted(told) == sorted(registered)


def test_every_command_stands_in_the_readme_or_in_the_page_on_commands(root):
    pages = [root / "README.md", root / "docs" / "cli.md"]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())

    untold = [name for name in commands() if not re.search(rf"(headrace\.py |`){re.escape(name)}\b", text)]
    assert not untold


def commands():
    """Every command of the command line, such as `demo` and `runs ls`."""
    from cli import __main__ as command_line

    command_line.register_commands()
    names = {command.name for command in command_line.app.registered_commands}
    for group in command_line.app.registered_groups:
        names |= {f"{group.name} {command.name}" for command in group.typer_instance.registered_commands}
    return sorted(names)


def test_every_option_of_a_command_stands_in_its_row(root):
    page = (root / "docs" / "cli.md").read_text(encoding="utf-8")
    untold = [
        f"{name} {option}"
        for name, options in options_by_command().items()
        for option in options - COMMON
        if not any(f"`{name}" in row and f"`{option}" in row for row in page.splitlines())
    ]

    assert not untold


def test_a_row_of_the_page_of_commands_tells_no_option_that_its_commands_lack(root):
    page = (root / "docs" / "cli.md").read_text(encoding="utf-8")
    options = options_by_command()
    untrue = [
        f"{option} in {row}"
        for row in page.splitlines()
        if row.startswith("| `")
        for option in OPTION.findall(row)
        if not any(option in options[name] for name in options if f"`{name}" in row.split("|")[1])
    ]

    assert not untrue


def test_every_command_has_json_as_the_page_of_commands_promises():
    assert not [name for name, options in options_by_command().items() if "--json" not in options]


def options_by_command():
    """The options of every command."""
    from typer.main import get_command

    from cli import __main__ as command_line

    command_line.register_commands()
    found = {}

    def collect(command, name):
        if hasattr(command, "commands"):
            for part, below in command.commands.items():
                collect(below, f"{name} {part}".strip())
        else:
            found[name] = {word for one in command.params for word in one.opts if word.startswith("--")}

    collect(get_command(command_line.app), "")
    return found


def test_every_link_between_pages_leads_somewhere(root, tracked_files):
    broken = []
    for page in (file for file in tracked_files if file.suffix == ".md"):
        for target in LINK.findall((root / page).read_text(encoding="utf-8")):
            if "://" not in target and not (root / page).parent.joinpath(target).exists():
                broken.append(f"{page}: {target}")

    assert not broken


def test_every_module_and_page_that_a_page_names_is_there(root, tracked_files):
    paths = {file.as_posix() for file in tracked_files}
    known = paths | {file.name for file in tracked_files} | {"/".join(file.parts[-2:]) for file in tracked_files}
    untrue = [
        f"{page}: {name}"
        for page in sorted(paths)
        if page.endswith(".md")
        for name in NAMED_FILE.findall((root / page).read_text(encoding="utf-8"))
        if name not in known and name not in OF_AN_EXAMPLE
    ]

    assert not untrue


def test_every_command_for_a_module_of_ours_names_one_that_is_there(root, tracked_files):
    modules = {".".join(file.with_suffix("").parts) for file in tracked_files if file.suffix == ".py"}
    untrue = [
        f"{page}: {name}"
        for page in tracked_files
        if page.suffix == ".md"
        for name in STARTED_MODULE.findall((root / page).read_text(encoding="utf-8"))
        if not modules & {name, f"{name}.__main__"}
    ]

    assert not untrue


def test_every_library_that_is_required_stands_among_the_decisions_with_its_reason(root):
    reasons = (root / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8").lower()
    required = {
        name.lower()
        for file in (root / "requirements").glob("*.in")
        for name in REQUIRED.findall(file.read_text(encoding="utf-8"))
    }

    assert required
    assert not {name for name in required if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons)}


def test_the_page_on_tables_names_the_columns_and_keys_of_their_sources(root):
    from conditioners.registry import all_sources

    sources = {source.name: source for source in all_sources()}
    told = {
        name: (COLUMN_NAME.findall(IN_BRACKETS.sub("", rest)), rest.rpartition("|")[2].split(","))
        for name, rest in rows((root / "docs" / "tables.md").read_text(encoding="utf-8"))
        if name in sources
    }

    assert told
    for name, (columns, key) in told.items():
        assert columns == [column.name for column in sources[name].columns]
        assert [each.strip() for each in key] == list(sources[name].key)


def test_each_rule_that_rows_may_break_stands_in_the_pages_on_conditioning(root):
    from conditioners.rules import Rule

    pages = [(root / "docs" / name).read_text(encoding="utf-8") for name in ("sources.md", "conditioning-auto.md")]

    assert not {rule for rule in Rule if not any(f"`{rule}`" in page for page in pages)}


def test_the_source_that_the_page_on_sources_declares_is_without_a_fault(root):
    from conditioners.consistency import require_consistency

    source, _ = EXAMPLE.findall((root / "docs" / "sources.md").read_text(encoding="utf-8"))
    made = {}
    exec(textwrap.dedent(source), made)

    require_consistency(made["SOURCE"])


def test_the_hook_on_the_page_on_sources_reads_signs_that_are_punched_into_digits(root):
    import pandas as pd

    _, hook = EXAMPLE.findall((root / "docs" / "sources.md").read_text(encoding="utf-8"))
    made = {}
    exec(textwrap.dedent(hook), made)

    told = made["condition"](pd.DataFrame({"units": ["0012C", "0012L", "00{", "0012", "", None]}))["units"]
    assert told.tolist()[:5] == ["00123", "-00123", "000", "0012", ""]
