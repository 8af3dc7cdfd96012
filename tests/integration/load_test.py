"""The sample server with many clients: `load_test.py SERVER`."""

import http.client
import json
import resource
import threading
import unittest

import harness
import server

REQUEST = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"


class Browser(threading.Thread):
    """Opens a page as a browser does: some connections, and on each one request after the other."""

    CONNECTIONS = 6

    def __init__(self, running, rounds):
        super().__init__()
        self.clients = [running.client() for _ in range(self.CONNECTIONS)]
        self.rounds = rounds
        self.wrong = []

    def run(self):
        try:
            for number in range(self.rounds):
                self.load_page(number)
        except (OSError, http.client.HTTPException) as problem:
            self.wrong.append(problem)
        for client in self.clients:
            client.close()

    def load_page(self, number):
        """All connections are asked before the first answer is read."""
        body = b"form %d " % number * 500
        asked = [
            ("GET", "/", None, b"hello, world\n"),
            ("GET", f"/hello/guest{number}", None, b"hello, guest%d\n" % number),
            ("POST", "/echo", body, body),
            ("GET", "/slow?ms=3", None, b"waited 3 ms\n"),
            ("HEAD", "/", None, b""),
            ("GET", "/health", None, b"ok\n"),
        ]
        for client, (method, path, content, _) in zip(self.clients, asked):
            client.request(method, path, content, {"Accept": "*/*", "Cookie": "a=" + 200 * "b"})
        for client, (_, path, _, expected) in zip(self.clients, asked):
            answer = client.getresponse()
            received = answer.read()
            if answer.status != 200 or received != expected:
                self.wrong.append((path, answer.status, received[:100]))


def allow_descriptors(number):
    """Lets this process, and those it starts, open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


def a_hundred_by_a_hundred(running, number):
    """Connections that have been answered once, and then are idle."""
    connections = []
    while len(connections) < number:
        some = [running.socket() for _ in range(100)]
        for connection in some:
            connection.sendall(REQUEST.encode())
        for connection in some:
            connection.recv(65536)
        connections += some
    return connections


def open_connections(running):
    """Without the one that asks."""
    return json.loads(harness.curl(running.url("/stats")))["http"]["open"] - 1


class Load(unittest.TestCase):
    def test_many_browsers_are_answered_at_the_same_time(self):
        browsers, rounds = 20, 15
        with server.Server() as running:
            everybody = [Browser(running, rounds) for _ in range(browsers)]
            for browser in everybody:
                browser.start()
            for browser in everybody:
                browser.join(harness.PATIENCE)
                self.assertFalse(browser.is_alive())
                self.assertEqual(browser.wrong, [])
            counted = json.loads(harness.curl(running.url("/stats")))["http"]
            self.assertEqual(counted["success"], browsers * rounds * Browser.CONNECTIONS)
            self.assertEqual(counted["connections"], browsers * Browser.CONNECTIONS + 1)
            self.assertEqual(running.stop(), 0)

    def test_curl_in_parallel_is_answered(self):
        with server.Server() as running:
            answers = harness.curl("--parallel", "--parallel-max", "50", running.url("/hello/[1-500]"))
            self.assertEqual(
                sorted(answers.splitlines()), sorted(f"hello, {n}" for n in range(1, 501))
            )

    def test_an_idle_connection_costs_at_most_two_kibibytes_and_slows_nobody(self):
        # hardening 67. A sanitizer puts its own around each block.
        most = (16 if harness.SANITIZED else 2) * 1024
        number = 2000
        allow_descriptors(number + 200)
        with server.Server("--idle-timeout", "10m") as running:
            connections = a_hundred_by_a_hundred(running, 100)  # what the first ones cost is no matter
            before = running.user_memory()
            connections += a_hundred_by_a_hundred(running, number)
            each = (running.user_memory() - before) / number
            self.assertLessEqual(each, most)
            self.assertGreater(each, 64)  # or it has not been measured

            self.assertEqual(harness.curl(running.url("/hello/you")), "hello, you\n")
            with running.socket() as busy:
                for _ in range(100):
                    server.exchange(busy, REQUEST, until_end=False)
            server.wait_until(lambda: open_connections(running) == len(connections))
            for idle in (connections[0], connections[-1]):
                self.assertTrue(server.exchange(idle, REQUEST, until_end=False).endswith("ok\n"))
            self.assertEqual(running.stop(), 0)
            for connection in connections:
                self.assertEqual(connection.recv(1), b"")
                connection.close()

    def test_beyond_the_limit_clients_wait_until_one_goes(self):
        request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        with server.Server("--max-connections", "2") as running:
            with running.socket() as first, running.socket() as second:
                server.exchange(first, request, until_end=False)
                server.exchange(second, request, until_end=False)
                with running.socket() as third:
                    third.sendall(request.encode())
                    third.settimeout(0.2)
                    self.assertRaises(TimeoutError, third.recv, 1)
                    first.close()
                    third.settimeout(harness.PATIENCE)
                    self.assertTrue(third.recv(65536).endswith(b"hello, world\n"))


if __name__ == "__main__":
    harness.main()
