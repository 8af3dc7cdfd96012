"""How the sample server ends: `stop_test.py SERVER`."""

import json
import signal
import socket
import threading
import time
import unittest

import harness
import server


def head_of(answer):
    return answer.partition("\r\n\r\n")[0]


class Slow:
    """A slow request that the server is busy with."""

    def __init__(self, running, milliseconds):
        self.sock = running.socket()
        request = f"GET /slow?ms={milliseconds} HTTP/1.1\r\nHost: a\r\n\r\n"
        self.sock.sendall(request.encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def answer(self):
        return server.read_to_end(self.sock)


def wait_until_running(running, number):
    def reached():
        return json.loads(harness.curl(running.url("/stats")))["http"]["running"] == number

    server.wait_until(reached)


class Stop(unittest.TestCase):
    def test_without_clients_it_stops_at_once_with_status_0(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), server.Server() as running:
                running.send(number)
                self.assertEqual(running.end(), 0)
                self.assertIn("stopped exit_code=0", running.errors()[-1])

    def test_a_running_request_is_finished_and_nothing_else_waited_for(self):
        with server.Server() as running, Slow(running, 3000) as slow:
            idle = running.client()
            idle.request("GET", "/")
            idle.getresponse().read()
            lines = running.socket(running.tcp)
            wait_until_running(running, 1)
            running.send(signal.SIGTERM)
            self.assertEqual(idle.sock.recv(1), b"")
            self.assertEqual(server.read_to_end(lines), "")
            with self.assertRaises(ConnectionRefusedError):
                running.socket()
            self.assertIsNone(running.process.poll())

            answer = slow.answer()
            self.assertTrue(answer.endswith("\r\n\r\nwaited 3000 ms\n"), answer)
            self.assertIn("Connection: close", head_of(answer))
            self.assertEqual(running.end(), 0)
            idle.close()
            lines.close()

    def test_a_second_signal_drops_what_runs(self):
        for second in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(second), server.Server() as running, Slow(running, 60000) as slow:
                wait_until_running(running, 1)
                running.send(signal.SIGINT)
                running.wait_for("stopping")
                began = time.monotonic()
                running.send(second)
                self.assertEqual(running.end(), 128 + second)
                self.assertLess(time.monotonic() - began, 10)
                self.assertEqual(slow.answer(), "")


def has_been_closed(sock):
    """Whether the peer's end is here; over the loopback interface it is there once it is sent."""
    established = 1
    state = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state != established


class Client(threading.Thread):
    """Makes one request after the other on keep-alive connections until nobody listens.

    That a connection ends before a request is sent is in order; all that were sent count.
    """

    def __init__(self, running, number):
        super().__init__()
        self.running = running
        self.path, self.body = [
            ("/", b"hello, world\n"),
            ("/hello/you", b"hello, you\n"),
            ("/slow?ms=5", b"waited 5 ms\n"),
        ][number % 3]
        self.answered = 0
        self.cut_off = []
        self.closed_before = False

    def run(self):
        while True:
            try:
                sock = self.running.socket()
            except (ConnectionRefusedError, ConnectionResetError):
                return
            with sock:
                while self.ask(sock):
                    self.answered += 1

    def ask(self, sock):
        """Whether there was a whole answer, after which the connection goes on."""
        answer = self.receive(sock, f"GET {self.path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        if not answer and self.closed_before:
            return False
        if body != self.body:
            self.cut_off.append(answer)
            return False
        if b"\r\nConnection: close" not in head:
            return True
        self.answered += 1
        if rest := self.receive(sock, b""):
            self.cut_off.append(rest)
        return False

    def receive(self, sock, request):
        """What comes until there is a whole answer, or the end."""
        answer = b""
        try:
            self.closed_before = True
            sock.sendall(request)
            self.closed_before = has_been_closed(sock)
            while not answer.endswith(b"\r\n\r\n" + self.body):
                piece = sock.recv(65536)
                if not piece:
                    break
                answer += piece
        except BrokenPipeError:
            pass  # nothing was sent
        except ConnectionResetError:
            answer += b"(reset)"
        return answer


class StopUnderLoad(unittest.TestCase):
    def test_requests_that_came_before_the_signal_are_answered(self):
        request = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
        with server.Server() as running:
            clients = [running.socket() for _ in range(100)]
            for client in clients:
                server.exchange(client, request, until_end=False)
            for client in clients:
                client.sendall(request.encode())
            running.send(signal.SIGINT)
            answers = [server.read_to_end(client) for client in clients]
            self.assertTrue(all(answer.endswith("\r\n\r\nok\n") for answer in answers))
            for client in clients:
                client.close()
            self.assertEqual(running.end(), 0)

    def test_no_request_is_cut_off(self):
        with server.Server() as running:
            waiting = [Slow(running, 4000) for _ in range(20)]
            wait_until_running(running, len(waiting))
            clients = [Client(running, number) for number in range(24)]
            for client in clients:
                client.start()
            server.wait_until(lambda: min(client.answered for client in clients) >= 5)
            running.send(signal.SIGINT)
            for slow in waiting:
                answer = slow.answer()
                self.assertTrue(answer.endswith("\r\n\r\nwaited 4000 ms\n"), answer)
                self.assertIn("Connection: close", head_of(answer))
                slow.sock.close()
            for client in clients:
                client.join(harness.PATIENCE)
                self.assertFalse(client.is_alive())
                self.assertEqual(client.cut_off, [])
            self.assertEqual(running.end(), 0)
            self.assertNotIn(" ERROR ", running.text())

    def test_an_idle_connection_does_not_hold_it_up(self):
        with server.Server() as running:
            idle = running.socket()
            server.exchange(idle, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n", until_end=False)
            began = time.monotonic()
            running.send(signal.SIGINT)
            self.assertEqual(idle.recv(1), b"")
            self.assertEqual(running.end(), 0)
            self.assertLess(time.monotonic() - began, harness.PATIENCE / 15)
            idle.close()


if __name__ == "__main__":
    harness.main()
