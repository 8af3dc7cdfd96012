"""tools/lib/totals.py counts what ran, and believes the exit status before the summary."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOTALS = pathlib.Path(__file__).resolve().parents[2] / "tools" / "lib" / "totals.py"
ALL_PASSED = "[doctest] test cases:  12 |  12 passed | 0 failed | 0 skipped\n"
TWO_FAILED = "[doctest] test cases:  12 |   9 passed | 2 failed | 1 skipped\n"


def totals(*tests):
    """What the program prints for a log of these tests, given as (result, stdout)."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
        for result, stdout in tests:
            log.write(json.dumps({"name": "eddy:unit / base", "result": result, "stdout": stdout}))
            log.write("\n")
        log.flush()
        command = [sys.executable, str(TOTALS), "gcc", log.name]
        return subprocess.run(command, capture_output=True, text=True)


class Totals(unittest.TestCase):
    def test_a_doctest_program_counts_with_its_cases(self):
        self.assertEqual(totals(("OK", ALL_PASSED)).stdout, "gcc base 12 0 0\n")

    def test_failed_and_skipped_cases_are_told_apart(self):
        self.assertEqual(totals(("FAIL", TWO_FAILED)).stdout, "gcc base 9 2 1\n")

    def test_cases_that_a_suite_does_not_choose_are_not_skipped(self):
        record = {"name": "eddy:unit / base", "result": "OK", "stdout": TWO_FAILED.replace("2 f", "0 f"),
                  "command": ["base-tests", "--source-file=*log*"]}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
            log.write(json.dumps(record))
            log.flush()
            command = [sys.executable, str(TOTALS), "tsan", log.name]
            run = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(run.stdout, "tsan base 9 0 0\n")

    def test_a_program_that_fails_after_its_cases_passed_is_a_failure(self):
        self.assertEqual(totals(("FAIL", ALL_PASSED)).stdout, "gcc base 12 1 0\n")

    def test_a_crash_before_the_summary_is_a_failure(self):
        self.assertEqual(totals(("FAIL", "something\n")).stdout, "gcc base 0 1 0\n")

    def test_a_time_out_is_a_failure(self):
        self.assertEqual(totals(("TIMEOUT", "")).stdout, "gcc base 0 1 0\n")

    def test_a_script_counts_as_one(self):
        self.assertEqual(totals(("OK", "fine\n")).stdout, "gcc base 1 0 0\n")

    def test_a_skipped_script_is_not_a_passed_one(self):
        self.assertEqual(totals(("SKIP", "")).stdout, "gcc base 0 0 1\n")

    def test_a_run_of_nothing_is_an_error(self):
        self.assertEqual(totals().returncode, 1)

    def test_a_missing_log_is_an_error(self):
        run = subprocess.run([sys.executable, str(TOTALS), "gcc", "/nowhere"], capture_output=True)
        self.assertEqual(run.returncode, 1)


if __name__ == "__main__":
    unittest.main()
