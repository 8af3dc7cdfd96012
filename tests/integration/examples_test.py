"""Runs each program of the tutorial and talks to it: `examples_test.py FOLDER SOURCES`."""

import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

import harness

FOLDER, SOURCES = sys.argv.pop(1), sys.argv.pop(1)


def example(name, *arguments):
    return harness.Program(f"{FOLDER}/{name}", *arguments)


def address_of(program):
    """Where the program listens, by its log."""
    return program.wait_for(r" listens .*address=(\S+)$")[1]


class HelloHttp(unittest.TestCase):
    def test_it_says_hello_and_stops_on_a_signal(self):
        with example("hello_http_any_port") as program:
            self.assertEqual(harness.curl(f"http://{address_of(program)}/"), "hello, world\n")
            self.assertEqual(program.interrupt(), 0)

    def test_it_has_twelve_lines_of_code(self):
        with open(f"{SOURCES}/01_hello_http/main.cpp") as source:
            code = [line for line in source if line.strip() and not line.startswith("//")]
        self.assertLessEqual(len(code), 12)


class TcpEcho(unittest.TestCase):
    def test_octets_come_back_until_the_client_has_said_all(self):
        with example("tcp_echo", "127.0.0.1:0") as program:
            host, port = address_of(program).split(":")
            with socket.create_connection((host, int(port)), timeout=harness.PATIENCE) as sock:
                sock.sendall(b"no line end")
                self.assertEqual(sock.recv(100), b"no line end")
                sock.sendall(b", but an end")
                sock.shutdown(socket.SHUT_WR)
                self.assertEqual(sock.recv(100), b", but an end")
                self.assertEqual(sock.recv(100), b"")
            self.assertEqual(program.interrupt(), 0)

    def test_a_bad_address_is_told(self):
        with example("tcp_echo", "somewhere") as program:
            self.assertEqual(program.end(), 2)
            self.assertRegex(program.text(), '^address "somewhere": ')


class UdpTimeServer(unittest.TestCase):
    TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"

    def test_it_tells_the_time_at_once_and_later(self):
        with example("udp_time_server", "127.0.0.1:0") as program:
            host, port = address_of(program).split(":")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.settimeout(harness.PATIENCE)
                sock.connect((host, int(port)))
                for question in (b"time", b"nonsense", b"alarm"):
                    sock.send(question)
                answers = [sock.recv(100).decode() for _ in range(2)]
            self.assertRegex(answers[0], self.TIME)
            self.assertRegex(answers[1], self.TIME)
            self.assertNotEqual(answers[0], answers[1])
            self.assertEqual(program.interrupt(), 0)

    def test_it_asks_for_the_time(self):
        with example("udp_time_server", "[::1]:0") as program:
            with example("udp_time_server", "ask", address_of(program)) as client:
                self.assertEqual(client.end(), 0)
                self.assertRegex(client.output()[0], self.TIME)
            self.assertEqual(program.interrupt(), 0)

    def test_that_nobody_answers_is_told(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{sock.getsockname()[1]}"
        with example("udp_time_server", "ask", address) as client:
            self.assertEqual(client.end(), 1)
            self.assertIn("Connection refused", client.output()[0])


class FuturesAndTasks(unittest.TestCase):
    def test_it_tells_what_happens_in_order_and_ends(self):
        with example("futures_and_tasks") as program:
            self.assertEqual(program.end(), 0)
            self.assertEqual(
                program.output(),
                [
                    "the first costs 10",
                    "the second costs 20",
                    "both cost 40",
                    "no price: exception: there is no such item",
                    "an hour is too long",
                    "3 to go",
                    "2 to go",
                    "1 to go",
                    "1 finished, 1 at work",
                    "the endless task tidies up",
                    "painted for ann",
                    "the job failed: exception: out of paint",
                ],
            )
            self.assertRegex(
                "\n".join(program.errors()),
                r'^too late error="deadline of 30 ms, \d+ ms elapsed: timed out" order=7$',
            )


class Combinators(unittest.TestCase):
    def test_each_of_them_does_what_the_tutorial_says(self):
        with example("combinators") as program:
            self.assertEqual(program.end(), 0)
            refused = "ask mirror c: Connection refused"
            self.assertEqual(
                program.output(),
                [
                    "result: a",
                    "result: b",
                    f"result: {refused}",
                    "number 1 was first",
                    "mirror b answered first",
                    "nobody answered",
                    "1 done, 2 pending",
                    refused,
                    "2: an error",
                    "1: an answer",
                    "0: late",
                ],
            )
            self.assertEqual(program.errors(), [])


class Iteration(unittest.TestCase):
    def test_the_session_and_the_catalogue_are_closed_when_enough_was_seen(self):
        with example("iteration") as program:
            self.assertEqual(program.end(), 0)
            lines = program.output()
            self.assertEqual(lines[0], "session opened")
            self.assertEqual(lines[1:4], [f"pen {page}: 120 cents" for page in (1, 2, 3)])
            self.assertEqual(lines[4], "catalogue put away")
            self.assertRegex(lines[5], r"^session closed in order after \d pages$")
            self.assertEqual(len(lines), 6)
            self.assertEqual(program.errors(), [])


class QueuesAndWorkers(unittest.TestCase):
    def test_all_pages_are_fetched_within_the_bound(self):
        with example("queues_and_workers") as program:
            self.assertEqual(program.end(), 0)
            self.assertEqual(program.output(), ["10 pages, at most 3 at a time"])
            self.assertEqual(program.errors(), [])


class Crawl(unittest.TestCase):
    def test_it_follows_links_up_to_its_limits_and_ends(self):
        with example("crawl") as program:
            self.assertEqual(program.end(), 0)
            self.assertEqual(program.output(), ["9 fetched, 2 too slow, 1 broken"])

    def test_it_stops_cleanly_on_a_signal(self):
        with example("crawl", "1000000") as program:
            program.wait_for("crawling pages=1000000$")
            self.assertEqual(program.interrupt(), 0)
            self.assertRegex(program.output()[-1], r"^\d+ fetched, \d+ too slow, \d+ broken$")


class Processes(unittest.TestCase):
    def run_lines(self, at_once, *lines):
        script = 'number=$1; shift; program=$1; shift; printf "%s\\n" "$@" | "$program" "$number" 1'
        return harness.Program("sh", "-c", script, "sh", at_once, f"{FOLDER}/processes", *lines)

    def test_commands_are_run_in_turn_and_their_ends_are_told(self):
        with self.run_lines("1", "echo one", "echo two >&2; exit 3", "kill -KILL $$") as program:
            self.assertEqual(program.end(), 1)
            self.assertEqual(
                program.output(),
                [
                    "echo one: exited with 0",
                    "one",
                    "echo two >&2; exit 3: exited with 3",
                    "two",
                    "kill -KILL $$: killed by SIGKILL",
                ],
            )
            self.assertEqual(program.errors(), [])

    def test_two_at_a_time_can_wait_for_each_other(self):
        with tempfile.TemporaryDirectory() as folder:
            meet = f"cd {folder}; touch $$; until [ $(ls | wc -l) = 2 ]; do sleep 0.01; done"
            with self.run_lines("2", meet, meet) as program:
                self.assertEqual(program.end(), 0)

    def test_a_command_that_takes_too_long_is_killed(self):
        with self.run_lines("4", "sleep 600 & echo $!; wait") as program:
            self.assertEqual(program.end(), 1)
            self.assertRegex(program.output()[0], ": limit of 1000 ms, .*: timed out$")

    def test_no_number_is_told(self):
        with example("processes", "none") as program:
            self.assertEqual(program.end(), 2)


class Chat(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(example("chat", "--serve", "127.0.0.1:0"))
        self.address = address_of(self.server)

    def test_lines_go_from_a_pipe_to_a_pipe(self):
        done = subprocess.run(
            [f"{FOLDER}/chat", "ann", self.address],
            input=b"hello\nlast without an end",
            capture_output=True,
            timeout=harness.PATIENCE,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            done.stdout.decode().splitlines(),
            ["ann is here", "ann: hello", "ann: last without an end", "ann has left"],
        )

    def test_what_comes_in_is_shown_above_the_line_that_is_being_typed(self):
        ann, ben = self.in_terminal("ann"), self.in_terminal("ben")
        ann.wait_for("ben is here\r\n\r\x1b[K> ")
        ann.type("half a li")
        ann.wait_for("> half a li")
        ben.type("hi\r")
        self.assertEqual(
            ann.wait_for("> half a li"), "\r\x1b[Kben: hi\r\n\r\x1b[K> half a li"
        )
        ann.type("\x7f\x7fscreen\r")
        ben.wait_for("ann: half a screen\r\n")

    def test_a_line_longer_than_the_terminal_shows_its_end(self):
        ann = self.in_terminal("ann")
        ann.type("0123456789" * 3)
        ann.wait_for("> " + "0123456789" * 3)
        ann.resize(10, 24)
        ann.wait_for("\r\x1b[K> 3456789")

    def test_a_stranger_does_not_command_the_terminal(self):
        ann = self.in_terminal("ann")
        self.talk("eve", b"\x1b[2Jboo\x07\n")
        ann.wait_for("eve: ?[2Jboo?\r\n")

    def test_ctrl_d_leaves_and_the_terminal_is_as_it_was(self):
        ann = self.in_terminal("ann")
        self.assertFalse(ann.is_cooked())
        ann.type("\x04")
        ann.wait_for("ann has left\r\n")
        self.assertEqual(ann.end(), 0)
        self.assertTrue(ann.is_cooked())

    def test_ctrl_c_leaves_and_the_terminal_is_as_it_was(self):
        ann = self.in_terminal("ann")
        ann.type("half a line\x03")
        self.assertEqual(ann.end(), 0)
        self.assertTrue(ann.is_cooked())

    def test_it_ends_when_the_server_does(self):
        ann = self.in_terminal("ann")
        self.assertEqual(self.server.interrupt(), 0)
        self.assertEqual(ann.end(), 0)
        self.assertTrue(ann.is_cooked())

    def test_a_server_that_is_not_there_is_told(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            with example("chat", "ann", f"127.0.0.1:{taken.getsockname()[1]}") as program:
                self.assertEqual(program.end(), 1)
                self.assertRegex(program.text(), "^chat: connect 127.0.0.1:.*refused")

    def in_terminal(self, name):
        """Somebody who has come to the chat, and sees its prompt."""
        screen = self.enterContext(harness.Screen(f"{FOLDER}/chat", name, self.address))
        screen.wait_for(f"{name} is here\r\n\r\x1b[K> ")
        return screen

    def talk(self, name, octets):
        host, port = self.address.split(":")
        with socket.create_connection((host, int(port)), timeout=harness.PATIENCE) as sock:
            sock.sendall(name.encode() + b"\n" + octets)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(1000):
                pass


class RobustClient(unittest.TestCase):
    def test_it_comes_back_when_its_server_does(self):
        with example("tcp_echo", "127.0.0.1:0") as server:
            address = address_of(server)
            with example("robust_client", address) as client:
                client.wait_for("^tick 1$")
                self.assertEqual(server.interrupt(), 0)
                client.wait_for("^waiting$")
                self.answer_once(address, b"welcome back\n")
                client.wait_for("^welcome back$")
                self.assertEqual(client.interrupt(), 0)

    def answer_once(self, address, answer):
        host, port = address.split(":")
        with socket.create_server((host, int(port))) as listener:
            listener.settimeout(harness.PATIENCE)
            connection, _ = listener.accept()
            with connection:
                self.assertRegex(connection.recv(100), b"^tick [0-9]+\n$")
                connection.sendall(answer)

    def test_what_is_no_endpoint_is_told(self):
        with example("robust_client", "somewhere") as program:
            self.assertEqual(program.end(), 2)
            self.assertRegex(program.text(), '^endpoint "somewhere": ')


class Threads(unittest.TestCase):
    def test_threads_compute_stop_yield_and_answer(self):
        with example("threads") as program:
            self.assertEqual(program.end(), 0)
            lines = program.output()
            self.assertEqual(
                lines[:5],
                ["primes: 168 and 1229", "that took too long", "line 1", "line 2", "line 3"],
            )
            self.assertCountEqual(
                lines[5:8],
                ["the answer to 1 is 1", "the answer to 2 is 4", "and the sum is 42"],
            )
            self.assertEqual(lines[8:], ["the loop thread has ended"])
            self.assertEqual(program.errors(), [])


class Coroutines(unittest.TestCase):
    def test_what_is_awaited_comes_in_order(self):
        with example("coroutines") as program:
            self.assertEqual(program.end(), 0)
            self.assertEqual(
                program.output(),
                [
                    "24 letters",
                    "look up nobody: closed",
                    "tick 1",
                    "tick 2",
                    "tick 3",
                    "serving ended: canceled",
                    "and everything is put away",
                ],
            )
            self.assertEqual(program.errors(), [])


class TimersAndSignals(unittest.TestCase):
    def test_the_metronome_beats_gets_faster_and_stops(self):
        with example("timers_and_signals") as program:
            program.wait_for("beat number=1$")
            program.send(signal.SIGHUP)
            program.wait_for("faster interval=0.1s")
            program.wait_for("beat number=3$")
            self.assertEqual(program.interrupt(), 0)
            self.assertRegex(program.errors()[-1], r"stopped beats=\d+$")


class TlsEcho(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.files = [f"{folder.name}/server.pem", f"{folder.name}/server.key"]
        self.make_certificate()

    def make_certificate(self):
        certificate, key = self.files
        done = harness.run("openssl", "req", "-x509", "-newkey", "ec", "-nodes",
                           "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2",
                           "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                           "-keyout", key, "-out", certificate)  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)

    def call(self, program):
        """Says hello to the server, whose certificate must be the one that is in the file."""
        host, port = address_of(program).split(":")
        context = ssl.create_default_context(cafile=self.files[0])
        with socket.create_connection((host, int(port)), timeout=harness.PATIENCE) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as sock:
                sock.sendall(b"hello")
                self.assertEqual(sock.recv(100), b"hello")

    def test_it_echoes_and_takes_a_new_certificate_on_hangup(self):
        with example("tls_echo", *self.files, "127.0.0.1:0") as program:
            self.call(program)
            self.make_certificate()
            program.send(signal.SIGHUP)
            program.wait_for("new clients get the new certificate")
            self.call(program)
            self.assertEqual(program.interrupt(), 0)

    def test_a_bad_certificate_is_told_and_does_not_replace_a_good_one(self):
        with example("tls_echo", *self.files, "127.0.0.1:0") as program:
            address_of(program)
            with open(self.files[1], "w") as key:
                key.write("nonsense")
            program.send(signal.SIGHUP)
            program.wait_for('the old certificate stays error="tls key .*server.key: no private key in PEM')
            self.call(program)
            self.assertEqual(program.interrupt(), 0)
        with example("tls_echo", *self.files, "127.0.0.1:0") as program:
            self.assertEqual(program.end(), 1)


class Services(unittest.TestCase):
    def test_visits_are_counted_by_name(self):
        with example("services", "127.0.0.1:0") as program:
            url = f"http://{address_of(program)}/visit"
            self.assertEqual(harness.curl(f"{url}/ann"), "ann, visit 1\n")
            self.assertEqual(harness.curl(f"{url}/ben"), "ben, visit 1\n")
            self.assertEqual(harness.curl(f"{url}/ann"), "ann, visit 2\n")
            self.assertEqual(program.interrupt(), 0)

    def test_the_server_starts_after_the_memory_and_stops_before_it(self):
        with example("services", "127.0.0.1:0") as program:
            address_of(program)
            program.wait_for("all services are up")
            self.assertEqual(program.interrupt(), 0)
            steps = [
                "memory is open",
                "service is up service=Memory",
                "http server listens service=api",
                "service has stopped service=api",
                "memory is closed",
                "service has stopped service=Memory",
            ]
            lines = [line.split(" INFO ")[-1] for line in program.errors()]
            seen = [step for line in lines for step in steps if line.startswith(step)]
            self.assertEqual(seen, steps)

    def test_a_bad_address_is_told(self):
        with example("services", "somewhere") as program:
            self.assertEqual(program.end(), 2)


if __name__ == "__main__":
    harness.main()
