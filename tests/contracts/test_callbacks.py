"""Callbacks, against a real TLS server on this machine: what is sent, and all the ways in which nothing is."""

from __future__ import annotations

import http.server
import ipaddress
import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters import callbacks
from shared.adapters.callbacks import CallbackFailed, CallbackRefused, post_callback

HOSTS = ("localhost", "azure.com")
ENDED = {"uri": "unused", "output": {"cells": 84}}


def make_certificate(folder, name):
    """A key and a certificate for a host's name, signed by itself; answers their files."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, subject = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files = folder / f"{name}.key", folder / f"{name}.pem"
    files[0].write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
    files[1].write_bytes(certificate.public_bytes(encoding))
    return files


class Endpoint(http.server.ThreadingHTTPServer):
    """An https server that keeps what it is sent and answers as it is told."""

    def __init__(self, key, certificate):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received, self.status, self.headers, self.connections = [], 200, {}, 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def get_request(self):
        self.connections += 1
        return super().get_request()

    def handle_error(self, request, client_address):
        """A client that leaves while it is greeted is what some tests are about."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    return {name: make_certificate(folder, name) for name in ("localhost", "elsewhere.test")}


@pytest.fixture
def serve(certificates):
    """Start an endpoint that shows the certificate of a name."""
    servers = []

    def start(name="localhost"):
        server = Endpoint(*certificates[name])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def endpoint(serve):
    return serve()


@pytest.fixture
def post(certificates):
    """Call back on this machine's loopback, which only a test may, trusting the certificates made here."""

    def send(port, path="/hook", host="localhost", told=ENDED):
        context = ssl.create_default_context()
        for _, certificate in certificates.values():
            context.load_verify_locations(certificate)
        post_callback(
            f"https://{host}:{port}{path}", told, HOSTS, is_allowed_address=lambda address: True, context=context
        )

    return send


def test_the_output_is_posted_as_data_factory_expects_it(endpoint, post):
    post(endpoint.server_port, "/workflows/1?sig=a%20b")

    path, headers, body = endpoint.received[0]
    assert (path, headers["Content-Type"]) == ("/workflows/1?sig=a%20b", "application/json")
    assert body == {"Output": {"cells": 84}, "StatusCode": "200"}


def test_an_error_makes_the_webhook_activity_fail(endpoint, post):
    post(endpoint.server_port, told={"uri": "unused", "error": "the dataset has no rows of weather"})

    assert endpoint.received[0][2] == {
        "Output": {},
        "Error": {"ErrorCode": "PipelineFailed", "Message": "the dataset has no rows of weather"},
        "StatusCode": "500",
    }


def test_an_address_without_a_path_is_called_at_its_root(endpoint, post):
    post(endpoint.server_port, "")

    assert endpoint.received[0][0] == "/"


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_success_is_a_success(endpoint, post, status):
    endpoint.status = status
    post(endpoint.server_port)

    assert len(endpoint.received) == 1


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_any_refusal_is_a_fault_that_an_activity_can_repeat(endpoint, post, status):
    endpoint.status = status

    with pytest.raises(CallbackFailed, match=f"localhost answered {status}"):
        post(endpoint.server_port)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(endpoint, serve, post, status):
    secret = serve()
    endpoint.status = status
    endpoint.headers["Location"] = f"https://localhost:{secret.server_port}/metadata"

    with pytest.raises(CallbackFailed, match=f"answered {status}"):
        post(endpoint.server_port)
    assert secret.connections == 0


def test_a_certificate_of_another_host_is_not_trusted(serve, post):
    impostor = serve("elsewhere.test")

    with pytest.raises(CallbackFailed, match="certificate"):
        post(impostor.server_port)
    assert impostor.received == []


def test_a_certificate_that_nobody_signed_is_not_trusted(endpoint):
    with pytest.raises(CallbackFailed, match="self-signed"):
        post_callback(
            f"https://localhost:{endpoint.server_port}/", ENDED, HOSTS, is_allowed_address=lambda address: True
        )
    assert endpoint.received == []


def test_a_host_that_does_not_listen_is_a_fault_that_names_it(post):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))

        with pytest.raises(CallbackFailed, match="localhost: "):
            post(taken.getsockname()[1])


def test_a_server_that_talks_something_else_is_a_fault(post):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def greet():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 mail.example.org ESMTP\r\n")

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(CallbackFailed, match="localhost: "):
            post(port)


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://169.254.169.254/metadata/instance",
        "https://evil.org/",
        "https://azure.com.evil.org/",
        "https://azure.com@evil.org/",
        "https://evilazure.com/",
    ],
)
def test_a_host_that_is_not_listed_is_never_even_resolved(uri, monkeypatch):
    monkeypatch.setattr(callbacks.socket, "getaddrinfo", lambda *_, **__: pytest.fail("it was resolved"))

    with pytest.raises(CallbackRefused):
        post_callback(uri, ENDED, HOSTS)


def test_loopback_is_refused_even_under_a_listed_name(endpoint):
    with pytest.raises(CallbackRefused, match=r"localhost resolves to .* not a public address"):
        post_callback(f"https://localhost:{endpoint.server_port}/", ENDED, HOSTS)
    assert endpoint.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "168.63.129.16", "::1", "::", "fe80::1",
        "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8",
        "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1",
    ],
)  # fmt: skip
def test_a_listed_name_that_resolves_to_an_inner_address_is_refused(address, monkeypatch):
    resolve_to(monkeypatch, address)

    with pytest.raises(CallbackRefused, match=f"a.azure.com resolves to {address}, which is not a public address"):
        post_callback("https://a.azure.com/", ENDED, HOSTS)


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    resolve_to(monkeypatch, "20.50.2.1", "10.0.0.1")

    with pytest.raises(CallbackRefused, match=r"10\.0\.0\.1"):
        post_callback("https://a.azure.com/", ENDED, HOSTS)


@pytest.mark.parametrize("address", ["20.50.2.1", "2603:1030::1"])
def test_a_public_address_is_one_that_may_be_called(address):
    assert callbacks.is_public(address)


def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_that_is_called(endpoint, post, monkeypatch):
    asked = []
    connected = []
    connect = socket.create_connection

    def resolve(host, port, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def watch(address, *arguments):
        connected.append(address)
        return connect(address, *arguments)

    monkeypatch.setattr(callbacks.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(callbacks.socket, "create_connection", watch)
    post(endpoint.server_port)

    assert [host for host in asked if not is_address(host)] == ["localhost"]
    assert connected == [("127.0.0.1", endpoint.server_port)]


def test_a_name_that_does_not_resolve_is_a_fault(monkeypatch):
    def fail(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(callbacks.socket, "getaddrinfo", fail)

    with pytest.raises(CallbackFailed, match=r"a\.azure\.com cannot be resolved"):
        post_callback("https://a.azure.com/", ENDED, HOSTS)


def resolve_to(monkeypatch, *addresses):
    """Have every name resolve to these addresses."""

    def resolve(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(callbacks.socket, "getaddrinfo", resolve)


def is_address(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
