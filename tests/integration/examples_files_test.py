"""Runs the programs of the tutorial that work on files: `examples_files_test.py FOLDER`."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import harness

FOLDER = sys.argv.pop(1)


def example(name, *arguments):
    return harness.Program(f"{FOLDER}/{name}", *arguments)


class Files(unittest.TestCase):
    def test_the_log_is_counted_and_everything_is_put_away(self):
        with example("files") as program:
            self.assertEqual(program.end(), 0)
            lines = program.output()
            self.assertEqual(lines[:2], ["ERROR 100", "INFO 900"])
            self.assertCountEqual(
                lines[2:], ["log: 12800 octets", "report.lock: 0 octets", "report: 19 octets"]
            )
            self.assertEqual(program.errors(), [])

    def test_a_directory_that_is_missing_is_an_error_that_names_it(self):
        with example("files", "/no/log", "/no/report") as program:
            program.wait_for("^files: open /no/report.lock: ")
            self.assertEqual(program.end(), 1)


class Gzip(unittest.TestCase):
    """Against the programs of the formats, as far as they are installed."""

    FORMATS = ["gzip", "bzip2", "xz", "zstd"]
    TEXT = b"".join(b"line %d of something\n" % number for number in range(20000))

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, content=None):
        path = f"{self.folder}/{name}"
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def content(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def filtered(self, octets, *command, status=0):
        done = subprocess.run(command, input=octets, capture_output=True, timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def ours(self, octets, *arguments, status=0):
        return self.filtered(octets, f"{FOLDER}/gzip", *arguments, status=status)

    def formats(self):
        """Those that this build has, and whose programs are there."""
        there = [name for name in self.FORMATS if self.usable(name)]
        return there or self.skipTest("no format is there, or none of the programs")

    def usable(self, name):
        tried = subprocess.run(
            [f"{FOLDER}/gzip", name], input=b"", capture_output=True, timeout=harness.PATIENCE
        )
        missing = b"this build of eddy is without it" in tried.stderr
        return shutil.which(name) is not None and not missing

    def test_the_programs_read_what_it_writes_and_the_other_way_round(self):
        for name in self.formats():
            with self.subTest(name):
                packed = self.ours(self.TEXT, name).stdout
                self.assertLess(len(packed), len(self.TEXT) / 2)
                self.assertEqual(self.filtered(packed, name, "-dc").stdout, self.TEXT)
                packed = self.filtered(self.TEXT, name, "-c").stdout
                self.assertEqual(self.ours(packed, "-d", name).stdout, self.TEXT)
                self.assertEqual(self.ours(packed + packed, "-d", name).stdout, self.TEXT * 2)

    def test_files_become_files(self):
        for name in self.formats():
            with self.subTest(name):
                text, packed, again = (self.path(f"{end}.{name}") for end in ("a", "b", "c"))
                self.path(f"a.{name}", self.TEXT)
                self.ours(b"", name, text, packed)
                self.assertEqual(
                    self.filtered(self.content(f"b.{name}"), name, "-dc").stdout, self.TEXT
                )
                self.path(f"b.{name}", self.content(f"b.{name}") * 2)
                self.ours(b"", "-d", name, packed, again)
                self.assertEqual(self.content(f"c.{name}"), self.TEXT * 2)

    def test_damaged_files_are_refused_and_leave_nothing(self):
        for name in self.formats():
            with self.subTest(name):
                whole = self.ours(self.TEXT, name).stdout
                path = self.path(f"cut.{name}", whole[:-1])
                done = self.ours(b"", "-d", name, path, self.path("out"), status=1)
                self.assertIn(f"decompress {path}: {name}: the data is cut off".encode(), done.stderr)
                self.assertFalse(os.path.exists(self.path("out")))
                self.ours(whole[:-1], "-d", name, status=1)
                self.ours(whole + b"garbage", "-d", name, status=1)

    def test_a_file_that_is_there_is_not_replaced(self):
        path = self.path("there", b"mine")
        self.assertIn(b"gzip: open ", self.ours(b"", path, path, status=1).stderr)
        self.assertEqual(self.content("there"), b"mine")

    def test_what_makes_no_sense_is_told(self):
        self.assertIn(b"usage", self.ours(b"", "only-one", status=2).stderr)


class LogTail(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = f"{folder.name}/log"

    def add(self, text, path=None, mode="a"):
        with open(path or self.log, mode) as log:
            log.write(text)

    def test_lines_come_over_rotation_and_truncation(self):
        self.add("one\n")
        with example("log_tail", self.log) as program:
            program.wait_for("^one$")
            self.add("two\nthr")
            program.wait_for("^two$")
            self.add("ee\n")
            program.wait_for("^three$")

            os.rename(self.log, f"{self.log}.1")
            self.add("the last of the old\nand its end", f"{self.log}.1")
            self.add("the first of the new\n")
            program.wait_for("^the first of the new$")

            self.add("short\n", mode="w")
            program.wait_for("^short$")
            self.assertEqual(program.interrupt(), 0)
            self.assertEqual(
                program.output(),
                ["one", "two", "three", "the last of the old", "and its end",
                 "the first of the new", "short"],
            )

    def test_a_log_that_is_not_there_yet_is_waited_for(self):
        with example("log_tail", self.log) as program:
            self.add("at last\n")
            program.wait_for("^at last$")
            self.assertEqual(program.interrupt(), 0)

    def test_it_ends_when_nobody_reads_what_it_prints(self):
        self.add("one\n")
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            [f"{FOLDER}/log_tail", self.log],
            stdout=write, stderr=subprocess.PIPE, timeout=harness.PATIENCE,
        )
        os.close(write)
        self.assertEqual(done.stderr, b"log_tail: print: Broken pipe\n")
        self.assertEqual(done.returncode, 1)

    def test_what_is_no_file_is_told(self):
        os.mkdir(self.log)
        with example("log_tail", self.log) as program:
            program.wait_for("^log_tail: open .*log")
            self.assertEqual(program.end(), 1)


if __name__ == "__main__":
    harness.main()
