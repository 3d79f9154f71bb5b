"""The commands, as somebody types them."""

from __future__ import annotations

import json
import os
import signal
from types import SimpleNamespace

import pytest

from cli import doctor
from shared import wiring
from tests.acceptance.conftest import Product


@pytest.mark.parametrize("command", ["runs ls", "start weekly --fleet demand --week 2026W47", "runs show x"])
def test_without_a_host_a_command_says_how_to_start_one(product, command):
    done = product.run(*command.split())

    assert done.returncode == 1
    assert done.stderr == "headrace: no host is running here. Start one with: python3 headrace.py up\n"


def test_an_untrained_fleet_says_how_to_see_it_at_work(product):
    done = product.run("fleet", "demand")

    assert (done.returncode, "python3 headrace.py demo" in done.stderr) == (1, True)


def test_an_unknown_fleet_names_those_there_are(product):
    assert "there is no fleet 'x'; there are demand" in product.run("fleet", "x").stderr


def test_a_wrong_week_is_told_before_anything_is_done(product):
    done = product.run("demo", "--week", "2026W99")

    assert done.returncode == 1
    assert "'2026W99' is not a week that 2026 has" in done.stderr
    assert not product.home.exists()


def test_a_wrong_setting_is_named(product):
    product.environment["HEADRACE_SLOTS"] = "many"
    done = product.run("source", "ls")

    assert done.returncode == 1
    assert done.stderr.startswith("headrace: HEADRACE_SLOTS: ")


def test_an_ml_backend_that_does_not_exist_is_named_with_those_that_do(product):
    product.environment["HEADRACE_ML"] = "moon"
    done = product.run("doctor")

    assert done.returncode == 1
    assert "BAD  settings: " in done.stdout
    assert "HEADRACE_ML: write local, or the workspace's address" in done.stdout


def test_every_source_is_listed_before_anything_came(product):
    told = json.loads(product.run("source", "ls", "--json").stdout)

    assert {"shipments", "weather"} <= {source["source"] for source in told["sources"]}


def test_the_doctor_finds_a_new_home_well(product):
    done = product.run("doctor", "--json")

    assert done.returncode == 0, done.stdout
    assert {finding["what"] for finding in json.loads(done.stdout)["findings"]} >= {"lake", "ledger", "fleets"}


@pytest.mark.parametrize("full", ["home", "lake", "ledger"])
def test_the_doctor_names_a_full_disk_of_any_part(monkeypatch, tmp_path, full):
    for part, prefix, file in (("home", "", ""), ("lake", "folder:", "/new"), ("ledger", "sqlite:///", "/new.db")):
        (tmp_path / part).mkdir()
        monkeypatch.setenv(f"HEADRACE_{part.upper()}", f"{prefix}{tmp_path / part}{file}")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: usage(0 if folder == tmp_path / full else 2 << 30))
    wiring.forget()
    found = doctor.LOOKS["disk"]()
    wiring.forget()

    assert (found.found, found.remedy[:15]) == (f"0 MiB free at {tmp_path / full}", "free some space")


def usage(free):
    return SimpleNamespace(free=free)


def test_the_doctor_names_a_wrong_fleet_address(product):
    product.environment["HEADRACE_LAKE"] = "ftp://x"
    done = product.run("doctor")

    assert done.returncode == 1
    assert "HEADRACE_LAKE: write folder:PATH" in done.stdout


def test_a_second_host_is_refused_while_one_runs(product):
    product.up()
    done = product.run("up", "--port", "0")

    assert done.returncode == 1
    assert f"a host is running here already, at {product.address}" in done.stderr


def test_a_host_is_found_whose_ledger_does_not_answer_and_says_so_when_it_starts(product, tmp_path):
    (tmp_path / "file").touch()
    product.environment["HEADRACE_LEDGER"] = f"sqlite:///{tmp_path / 'file' / 'ledger.db'}"
    product.up()
    listed, second = product.run("runs", "ls"), product.run("up", "--port", "0")
    told = product.end_command(signal.SIGINT)

    assert "the lake or the ledger does not answer" in listed.stderr
    assert f"a host is running here already, at {product.address}" in second.stderr
    assert "headrace: its ledger does not answer; see why with: python3 headrace.py doctor" in told.splitlines()


def test_a_second_host_on_the_same_lake_is_refused_for_as_long_as_the_first_one_lives(product, tmp_path):
    product.up()
    other = Product(tmp_path / "other")
    other.environment["HEADRACE_LAKE"] = f"folder:{product.home / 'lake'}"
    done = other.run("up", "--port", "0")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"HEADRACE_LAKE: a host with another HEADRACE_HOME works on {product.home / 'lake'}" in done.stderr

    product.end_command(signal.SIGKILL)
    assert other.run("up", "--port", "0").returncode == 1, "the host goes on without who started it"
    os.kill(product.host_pid, signal.SIGKILL)
    product.wait_for(lambda: not is_alive(product.host_pid))
    other.up()
    other.down()


def test_a_terminal_that_closes_ends_the_host(product):
    product.up()
    host = product.host_pid
    product.end_command(signal.SIGHUP)

    assert not is_alive(host)


def test_a_host_whose_starter_was_killed_is_ended_by_the_next_command_that_needs_one(product):
    product.up()
    orphan = product.host_pid
    product.end_command(signal.SIGKILL)
    assert is_alive(orphan)
    product.up()

    assert not is_alive(orphan)
    assert is_alive(product.host_pid)
    product.down()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
