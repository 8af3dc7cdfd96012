"""The sample server, started on free ports, and clients for it."""

import http.client
import re
import socket
import sys
import time

import harness

BINARY = sys.argv.pop(1)


def parse(address):
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


class Server(harness.Program):
    """Runs the sample server until the end of the `with`; has its addresses once it is ready."""

    def __init__(self, *options, http="127.0.0.1:0", tcp="127.0.0.1:0"):
        super().__init__(BINARY, "--http", http, "--tcp", tcp, *options)
        try:
            ready = self.wait_for(r"^ready: http on (\S+), lines over tcp on (\S+)$")
        except AssertionError:
            self.__exit__()
            raise
        self.http, self.tcp = ready[1], ready[2]

    def url(self, path):
        return f"http://{self.http}{path}"

    def client(self):
        """A keep-alive client of the HTTP server."""
        return http.client.HTTPConnection(*parse(self.http), timeout=harness.PATIENCE)

    def socket(self, address=None):
        return socket.create_connection(parse(address or self.http), timeout=harness.PATIENCE)

    def stop(self):
        """Ends it as an operator would, and gives the exit code."""
        return self.interrupt()


def run_to_end(*options):
    """Runs the server with options with which it is not expected to stay."""
    return harness.run(BINARY, *options, text=True)


def exchange(sock, request, until_end=True):
    """Sends `request` and reads until the server closes, or one octet or more."""
    sock.sendall(request.encode())
    return read_to_end(sock) if until_end else sock.recv(65536).decode()


def read_to_end(sock):
    """All that comes until the server closes, be it by a reset."""
    received = b""
    try:
        while piece := sock.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received.decode()


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def wait_until(condition):
    """Asks `condition` until it is true; each question is a request, so nothing spins."""
    deadline = time.monotonic() + harness.PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come true in time")


def header_names(head):
    return re.findall(r"^([\w-]+):", head, re.M)
