"""The host as a process: it says when it is ready, stops when told, and goes on after a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


def start(host, orchestrator, instance, given=None):
    status, _, told = host.durable("POST", f"/orchestrators/{orchestrator}/{instance}", json.dumps(given))
    assert status == 202, told


def test_the_ready_line_names_the_address(run_host, apps):
    host = run_host(apps / "flows")

    assert host.address.startswith("http://127.0.0.1:")
    assert host.ask("GET", "/admin/host/ping")[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_good_order(run_host, apps, number):
    host = run_host(apps / "flows")

    assert host.end(number) == 0


def test_it_goes_on_after_a_kill(run_host, apps):
    host = run_host(apps / "flows")
    start(host, "waits", "i")
    host.wait_for("i", ["Running"])
    host.end(signal.SIGKILL)
    again = run_host(apps / "flows")
    again.durable("POST", "/instances/i/raiseEvent/go", 7)

    assert again.wait_for("i")["output"] == 7


def test_running_activities_get_a_grace_when_it_stops(run_host, apps, tmp_path):
    app = tmp_path / "app"
    app.mkdir()
    (app / "function_app.py").write_text(
        "import time\nimport azure.durable_functions as df\napp = df.DFApp()\n\n"
        "@app.activity_trigger(input_name='x')\ndef slow(x):\n    open(x, 'a').write('begun\\n')\n    time.sleep(1)\n"
        "    return 'slept'\n\n"
        "@app.orchestration_trigger(context_name='context')\ndef flow(context):\n"
        "    return (yield context.call_activity('slow', context.get_input()))\n"
    )
    calls = tmp_path / "calls"
    host = run_host(app)
    start(host, "flow", "i", str(calls))
    end = time.monotonic() + 30
    while not calls.exists() and time.monotonic() < end:
        time.sleep(0.02)
    host.end()
    again = run_host(app)

    assert again.wait_for("i")["output"] == "slept"
    assert calls.read_text() == "begun\n"


def test_a_second_host_waits_until_the_first_has_ended(run_host, apps):
    first = run_host(apps / "flows")
    second = run_host(apps / "flows", ready=False)
    end = time.monotonic() + 60
    while "Waiting: another host (process" not in second.errors and time.monotonic() < end:
        time.sleep(0.05)
    assert first.ask("GET", "/admin/host/ping")[0] == 200
    assert second.process.poll() is None
    first.end(signal.SIGKILL)

    assert second.ask("GET", "/admin/host/ping")[0] == 200
    assert "Waiting: another host (process" in second.errors


def test_a_second_host_can_refuse_to_wait(run_host, apps):
    run_host(apps / "flows")
    second = run_host(apps / "flows", "--lease-wait", "0")

    assert second.end() == 1
    assert "Stop it, or choose another --state" in second.errors


def test_call_http_gives_status_headers_and_content(run_host, apps):
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/moved":
                self.send_response(303)
                self.send_header("Location", "/there")
            else:
                self.send_response(418)
                self.send_header("X-Twice", "a")
                self.send_header("X-Twice", "b")
            self.send_header("Content-Type", "text/x")
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    host = run_host(apps / "flows")
    start(host, "calls_http", "teapot", {"method": "POST", "uri": f"{base}/tea", "content": "hot"})
    start(host, "calls_http", "moved", {"method": "POST", "uri": f"{base}/moved", "content": "x"})
    teapot, moved = host.wait_for("teapot")["output"], host.wait_for("moved")["output"]
    server.shutdown()
    server.server_close()

    assert (teapot["statusCode"], teapot["content"], teapot["headers"]["X-Twice"]) == (418, '"hot"', ["a", "b"])
    assert "Content-Type" not in teapot["headers"]
    assert moved["statusCode"] == 202  # returned at once, not polled


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--app", "nowhere"], "There is no function_app.py in"),
        (["--app", "APP", "--lake", "nonsense"], "is neither folder:PATH, nor an account URL"),
    ],
)
def test_a_mistake_is_told_in_one_line(apps, tmp_path, arguments, what):
    given = [str(apps / "flows") if argument == "APP" else argument for argument in arguments]
    command = [sys.executable, "-m", "embedded_host", *given, "--port", "0", "--state", str(tmp_path / "s.db")]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60)

    assert ended.returncode == 1
    assert what in ended.stderr.splitlines()[-1]


def test_a_taken_port_is_told(run_host, apps, tmp_path):
    first = run_host(apps / "flows")
    port = first.address.rpartition(":")[2]
    second = run_host(apps / "flows", "--state", tmp_path / "other.db", "--port", port)

    assert second.end() == 1
    assert f"Port {port} is taken" in second.errors


def test_the_worker_path_needs_no_key_and_the_public_one_does(run_host, apps, tmp_path):
    app = tmp_path / "app"
    app.mkdir()
    (app / "function_app.py").write_text(
        "import json\nimport azure.durable_functions as df\nimport azure.functions as func\napp = df.DFApp()\n\n"
        "@app.route(route='links', auth_level=func.AuthLevel.ANONYMOUS)\n"
        "@app.durable_client_input(client_name='client')\n"
        "async def links(req: func.HttpRequest, client) -> func.HttpResponse:\n"
        "    return func.HttpResponse(json.dumps([client._orchestration_bindings.rpc_base_url,\n"
        "                                         len(await client.get_status_all())]))\n"
    )
    host = run_host(app, "--enable-auth")
    status, _, (rpc, count) = host.ask("GET", "/api/links")

    assert (status, count) == (200, 0)
    assert rpc.startswith("http://127.0.0.1:") and not rpc.startswith(host.address)
    assert host.durable("GET", "/instances")[0] == 401
    assert host.ask("GET", "/durabletask/instances")[0] == 404


def test_a_blob_function_under_way_gets_the_grace_too(run_host, apps, tmp_path):
    app = tmp_path / "app"
    app.mkdir()
    (app / "function_app.py").write_text(
        "import time\nimport azure.functions as func\napp = func.FunctionApp()\n\n"
        "@app.blob_trigger(arg_name='blob', path='raw/{name}', connection='X')\ndef slow(blob: func.InputStream):\n"
        "    log = open(blob.read().decode(), 'a')\n    log.write('begun\\n')\n    log.flush()\n    time.sleep(1)\n"
        "    log.write('ended\\n')\n    log.flush()\n"
    )
    log = tmp_path / "log"
    (tmp_path / "lake" / "raw").mkdir(parents=True)
    (tmp_path / "lake" / "raw" / "x").write_text(str(log))
    arguments = (app, "--lake", f"folder:{tmp_path}/lake", "--scan-interval", "0.1")
    host = run_host(*arguments)
    end = time.monotonic() + 30
    while not log.exists() and time.monotonic() < end:
        time.sleep(0.02)
    host.end()
    run_host(*arguments)
    time.sleep(1.0)

    assert log.read_text() == "begun\nended\n"
