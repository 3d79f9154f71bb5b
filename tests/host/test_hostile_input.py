"""What anybody may send to the host does not stop it, and does not get far."""

from __future__ import annotations

import socket

import pytest

from embedded_host.durable.replay import Replay

DURABLE = "/runtime/webhooks/durabletask"


def is_well(host):
    """Whether the host still runs orchestrations."""
    host.start("calls", "well", "echo")
    host.run()
    return host.status("well")["output"] == "x"


@pytest.mark.parametrize("body", [b"5", b'{"op": 5}', b'{"op": "add"}', b"[]", b'"text"', b"null"])
def test_an_event_for_an_entitys_id_that_is_no_request_is_dropped(host, body):
    host.post(f"{DURABLE}/entities/counter/k?op=add", b'"5"')
    host.run()
    assert host.post(f"{DURABLE}/instances/@counter@k/raiseEvent/op", body).status == 202
    host.run()

    assert host.get(f"{DURABLE}/entities/counter/k").json() == 5
    assert is_well(host)


def test_deep_json_is_refused(host):
    assert host.post(f"{DURABLE}/orchestrators/returns_input/i", b"[" * 100_000).status == 400
    assert host.post(f"{DURABLE}/orchestrators/returns_input/i", b"{'a':" * 100_000).status == 400
    assert is_well(host)


def test_half_a_surrogate_pair_goes_through(host):
    host.post(f"{DURABLE}/orchestrators/returns_input/i", rb'"\"\\ud800\""')
    host.start("calls_http", "j", {"uri": "\ud800"})
    host.run()

    assert host.status("i")["output"] == "\ud800"
    assert host.status("j")["runtimeStatus"] == "Failed"
    assert is_well(host)


def test_a_declared_body_beyond_the_limit_is_413(host):
    answer = host.request("POST", "/api/client/start/i", b"", {"content-length": str(200 * 1024 * 1024)})

    assert answer.status == 413


def test_a_body_beyond_the_limit_is_413_although_not_declared(host, monkeypatch):
    monkeypatch.setattr("embedded_host.web.bodies.read_body.__defaults__", (10,))

    assert host.post("/api/client/start/i", b"x" * 11, headers={"content-length": "x"}).status == 413


def test_a_fault_of_the_host_fails_one_instance_only(host, monkeypatch):
    invoke = Replay._invoke
    monkeypatch.setattr(
        Replay, "_invoke", lambda self, action: 1 / 0 if action["actionType"] == 8 else invoke(self, action)
    )
    host.start("calls_http", "i", {"uri": "http://127.0.0.1:1"})
    host.run()

    assert "The host cannot go on with it: ZeroDivisionError" in host.status("i")["output"]
    assert is_well(host)


def test_names_with_odd_characters_are_data(host):
    for number, name in enumerate(("a'; DROP TABLE instance;--", "%00", "%F0%9F%98%80", "x" * 5000, "..")):
        host.post(f"{DURABLE}/orchestrators/returns_input/{name}{number}")
    host.run()

    assert len(host.get(f"{DURABLE}/instances").json()) == 5
    assert is_well(host)


def test_bytes_that_are_no_http_are_refused_and_the_host_goes_on(run_host, apps):
    host = run_host(apps / "flows")
    address, port = host.address.removeprefix("http://").split(":")
    for garbage in (
        b"\0\1\2\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /x\r\n\r\n",
    ):
        with socket.create_connection((address, int(port)), timeout=10) as connection:
            connection.sendall(garbage)
            answer = connection.recv(1000)
            assert answer == b"" or b" 400 " in answer

    assert host.ask("GET", "/admin/host/ping")[0] == 200
