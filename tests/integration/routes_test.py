"""What the sample server answers: `routes_test.py SERVER`."""

import json
import re
import unittest

import harness
import server


class Routes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server("--idle-timeout", "500ms")
        cls.addClassCleanup(cls.server.__exit__)

    def get(self, path, *options):
        return harness.curl(*options, self.server.url(path))

    def status(self, path, *options):
        return self.get(path, "--output", "/dev/null", "--write-out", "%{http_code}", *options)

    def test_the_root_says_hello_as_plain_text(self):
        answer = self.get("/", "--include")
        head, _, body = answer.partition("\r\n\r\n")
        self.assertEqual(body, "hello, world\n")
        self.assertTrue(head.startswith("HTTP/1.1 200 OK\r\n"))
        self.assertIn("Content-Type: text/plain", head)
        self.assertIn("Content-Length: 13", head)
        self.assertRegex(head, r"Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT")

    def test_names_are_decoded(self):
        self.assertEqual(self.get("/hello/J%C3%BCrgen"), "hello, Jürgen\n")
        self.assertEqual(self.status("/hello/%ff"), "400")
        self.assertEqual(self.status("/hello/a/b"), "404")

    def test_head_has_the_fields_of_get_and_no_body(self):
        got = self.get("/", "--include").partition("\r\n\r\n")[0]
        head = self.get("/", "--head")
        self.assertEqual(server.header_names(head), server.header_names(got))
        self.assertTrue(head.endswith("\r\n\r\n"))

    def test_an_unknown_path_is_404_and_a_wrong_method_405_with_allow(self):
        self.assertEqual(self.status("/nothing"), "404")
        answer = self.get("/echo", "--include")
        self.assertTrue(answer.startswith("HTTP/1.1 405 "))
        self.assertRegex(answer, r"Allow: .*\bPOST\b")

    def test_echo_sends_a_body_back_with_its_length_and_type(self):
        answer = self.get("/echo", "--include", "--data-binary", "äöü", "-H", "Content-Type: a/b")
        self.assertTrue(answer.endswith("\r\n\r\näöü"))
        self.assertIn("Content-Length: 6\r\n", answer)
        self.assertIn("Content-Type: a/b\r\n", answer)

    def test_echo_of_an_empty_body_is_empty(self):
        answer = self.get("/echo", "--include", "-X", "POST", "-H", "Content-Length: 0")
        self.assertIn("Content-Length: 0\r\n", answer)

    def test_echo_of_chunks_is_sent_in_chunks(self):
        with self.server.socket() as sock:
            answer = server.exchange(
                sock,
                "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            )
        head, _, body = answer.partition("\r\n\r\n")
        self.assertIn("Transfer-Encoding: chunked", head)
        self.assertEqual("".join(re.findall(r"\r\n([a-e]+)\r\n", "\r\n" + body)), "abcde")

    def test_slow_waits_as_long_as_it_is_told(self):
        took = self.get("/slow?ms=120", "--write-out", "%{time_total}")
        text, seconds = took.split("\n")
        self.assertEqual(text, "waited 120 ms")
        self.assertGreaterEqual(float(seconds), 0.12)

    def test_slow_refuses_what_is_no_wait_of_a_minute_at_most(self):
        for query in ("", "?ms=", "?ms=60001", "?ms=-1", "?ms=1s", "?ms=99999999999999999999"):
            with self.subTest(query):
                self.assertEqual(self.status("/slow" + query), "400")

    def test_a_slow_request_ends_with_its_client(self):
        before = self.stats()["http"]
        with self.server.socket() as sock:
            sock.sendall(b"GET /slow?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n")
            server.wait_until(lambda: self.stats()["http"]["running"] == before["running"] + 1)
            sock.setsockopt(server.socket.SOL_SOCKET, server.socket.SO_LINGER, b"\1" + b"\0" * 7)
        server.wait_until(lambda: self.stats()["http"]["dropped"] == before["dropped"] + 1)

    def stats(self):
        return json.loads(self.get("/stats"))

    def test_stats_are_json_and_live(self):
        before = self.stats()["http"]["requests"]
        self.assertEqual(self.get("/health"), "ok\n")
        after = self.stats()
        self.assertEqual(after["http"]["requests"], before + 2)
        self.assertEqual(after["tcp"].keys() & {"clients", "open"}, {"clients", "open"})

    def test_an_idle_connection_is_closed(self):
        with self.server.socket() as sock:
            answer = server.exchange(sock, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertTrue(answer.endswith("\r\n\r\nhello, world\n"))

    def test_statistics_are_logged_again_and_again(self):
        harness.curl(self.server.url("/"))
        line = self.server.wait_for(r" INFO statistics .*")[0]
        for field in ("http_open", "http_requests", "http_failed", "tcp_open", "tcp_clients"):
            self.assertRegex(line, rf" {field}=\d+\b")


class Lines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server("--idle-timeout", "500ms")
        cls.addClassCleanup(cls.server.__exit__)

    def lines(self):
        return self.server.socket(self.server.tcp)

    def test_a_line_comes_back_once_it_is_complete(self):
        with self.lines() as sock:
            sock.sendall(b"one\r\ntw")
            self.assertEqual(sock.recv(100), b"one\n")
            sock.sendall(b"o\n")
            self.assertEqual(sock.recv(100), b"two\n")

    def test_what_was_sent_comes_back_though_the_client_sends_no_more(self):
        with self.lines() as sock:
            sock.sendall(b"one\ntwo")
            sock.shutdown(server.socket.SHUT_WR)
            self.assertEqual(server.read_to_end(sock), "one\ntwo\n")

    def test_a_line_too_long_ends_the_connection(self):
        with self.lines() as sock:
            sock.sendall(b"x" * 8193)
            self.assertEqual(server.read_to_end(sock), "")

    def test_an_idle_client_is_closed(self):
        with self.lines() as sock:
            self.assertEqual(server.exchange(sock, "one\n"), "one\n")


@unittest.skipUnless(server.has_ipv6(), "this machine has no IPv6")
class IPv6(unittest.TestCase):
    def test_both_servers_take_ipv6_addresses(self):
        with server.Server(http="[::1]:0", tcp="[::1]:0") as running:
            self.assertRegex(running.http, r"^\[::1\]:[1-9]\d*$")
            self.assertEqual(harness.curl(running.url("/")), "hello, world\n")
            with running.socket(running.tcp) as sock:
                self.assertEqual(server.exchange(sock, "one\n", until_end=False), "one\n")


if __name__ == "__main__":
    harness.main()
