"""The command line of the sample server: `options_test.py SERVER`."""

import json
import re
import socket
import unittest

import harness
import server


class CommandLine(unittest.TestCase):
    def complaint(self, *options):
        done = server.run_to_end(*options)
        self.assertEqual(done.returncode, 2, options)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("sample_server: "), done.stderr)
        return done.stderr

    def test_help_goes_to_stdout_and_names_every_option(self):
        done = server.run_to_end("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name in ("http", "tcp", "max-connections", "idle-timeout", "log-level", "log-format"):
            self.assertIn(f"--{name} ", done.stdout)

    def test_version_goes_to_stdout(self):
        done = server.run_to_end("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^sample_server \(eddy \d+\.\d+\.\d+\)\n$")

    def test_an_unknown_option_is_named(self):
        self.assertIn('unknown option "--htp"', self.complaint("--htp", "127.0.0.1:0"))
        self.assertIn('unknown option "8080"', self.complaint("8080"))

    def test_a_missing_value_is_told(self):
        self.assertIn("--tcp needs a value", self.complaint("--tcp"))

    def test_a_bad_address_is_quoted_with_its_option(self):
        for bad in ("localhost:80", "127.0.0.1", "127.0.0.1:65536", "[::1:80", ""):
            with self.subTest(bad):
                self.assertIn(f'--http: address "{bad}"', self.complaint("--http", bad))

    def test_numbers_have_bounds(self):
        for bad in ("0", "1000001", "ten", "-1", "1x", ""):
            with self.subTest(bad):
                self.assertIn(f'not "{bad}"', self.complaint("--max-connections", bad))

    def test_times_have_units_and_bounds(self):
        for bad in ("2d", "fast", "-1s", "25h", "86401s", "99999999999999999999", "1.5s"):
            with self.subTest(bad):
                self.assertIn(f'not "{bad}"', self.complaint("--idle-timeout", bad))

    def test_unknown_levels_and_formats_are_told_with_the_known_ones(self):
        self.assertIn("expected one of debug, info", self.complaint("--log-level", "loud"))
        self.assertIn("expected one of stream, color", self.complaint("--log-format", "xml"))

    def test_a_value_may_follow_an_equals_sign(self):
        done = server.run_to_end("--log-level=error", "--idle-timeout=1m", "--help")
        self.assertEqual(done.returncode, 0)


class FailedStart(unittest.TestCase):
    def test_a_port_in_use_tells_who_has_it(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = server.run_to_end("--http", f"127.0.0.1:{port}", "--tcp", "127.0.0.1:0")

        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        errors = [line for line in done.stderr.splitlines() if " ERROR " in line]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertIn(f"listen on 127.0.0.1:{port}", errors[0])
        self.assertRegex(errors[0], r"pid \d+ \(python3[.\d]*\)")

    def test_an_address_of_another_machine_is_told(self):
        done = server.run_to_end("--http", "127.0.0.1:0", "--tcp", "192.0.2.1:7")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r" ERROR .*listen on 192\.0\.2\.1:7")


class Logs(unittest.TestCase):
    def log_of_a_short_life(self, *options):
        with server.Server(*options) as running:
            harness.curl(running.url("/health"))
            self.assertEqual(running.stop(), 0)
            return running.errors()

    def test_by_default_lines_have_a_time_a_level_and_fields(self):
        lines = self.log_of_a_short_life()
        for line in lines:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z (INFO|WARNING) \S")
        self.assertRegex("\n".join(lines), r"listens service=http address=127\.0\.0\.1:\d+")
        self.assertRegex(lines[-1], r"stopped exit_code=0$")

    def test_plain_lines_leave_the_time_to_others(self):
        lines = self.log_of_a_short_life("--log-format", "plain")
        self.assertEqual(lines[-1], "stopped exit_code=0")

    def test_json_lines_are_json(self):
        for line in self.log_of_a_short_life("--log-format", "json"):
            self.assertLessEqual({"timestamp", "level", "message"}, json.loads(line).keys())

    def test_color_lines_are_colored(self):
        lines = self.log_of_a_short_life("--log-format", "color")
        self.assertTrue(all(re.search("\x1b\\[", line) for line in lines), lines)

    def test_a_higher_level_keeps_the_log_empty_but_not_the_ready_line(self):
        self.assertEqual(self.log_of_a_short_life("--log-level", "error"), [])


if __name__ == "__main__":
    harness.main()
