"""What the integration tests share: programs that are started, read and ended.

Nothing waits for a length of time: a test waits for a line of output, an answer or an end, and only
how long it is willing to wait is bounded.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import unittest

PATIENCE = 30 * float(os.environ.get("EDDY_PATIENCE", "1"))
SANITIZED = os.environ.get("EDDY_SANITIZED") == "1"


class Program:
    """A running program whose output is read as it comes. Use it in a `with`."""

    def __init__(self, *command, env=None):
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        self.lines = []
        self.changed = threading.Condition()
        self.open_pipes = 2
        self.readers = [
            threading.Thread(target=self._read, args=[pipe], daemon=True)
            for pipe in (self.process.stdout, self.process.stderr)
        ]
        for reader in self.readers:
            reader.start()

    def _read(self, pipe):
        for line in pipe:
            with self.changed:
                self.lines.append((pipe, line.decode(errors="replace").rstrip("\n")))
                self.changed.notify_all()
        with self.changed:
            self.open_pipes -= 1
            self.changed.notify_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()

    def wait_for(self, pattern):
        """The first match of `pattern` in a line of either output, past or to come."""
        wanted, seen = re.compile(pattern), 0
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while True:
                for _, line in self.lines[seen:]:
                    if match := wanted.search(line):
                        return match
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if self.open_pipes == 0 or not self.changed.wait(max(left, 0)):
                    raise AssertionError(f"no line with {pattern!r} in:\n{self.text()[-2000:]}")

    def send(self, number):
        self.process.send_signal(number)

    def end(self):
        """Waits for the end, and gives the exit code; negative: the signal that killed it."""
        code = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        return code

    def interrupt(self):
        self.send(signal.SIGINT)
        return self.end()

    def output(self):
        return [line for pipe, line in self.lines if pipe is self.process.stdout]

    def errors(self):
        return [line for pipe, line in self.lines if pipe is self.process.stderr]

    def text(self):
        return "\n".join(line for _, line in self.lines)

    def peak_memory(self):
        """The most memory the process has had so far, in octets."""
        return self._status("VmHWM")

    def user_memory(self):
        """The memory that the process has for itself now, in octets; the kernel's is not in it."""
        return self._status("RssAnon")

    def _status(self, field):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(rf"{field}:\s+(\d+) kB", status.read())[1]) * 1024


class Screen:
    """A program in a terminal of its own, whose screen is read as it comes. Use it in a `with`."""

    def __init__(self, *command, columns=80, rows=24):
        self.keyboard, terminal = pty.openpty()
        self.terminal = terminal
        self.resize(columns, rows)
        self.process = subprocess.Popen(
            command,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0),
        )
        self.shown = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.keyboard)
        os.close(self.terminal)

    def resize(self, columns, rows):
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.keyboard, termios.TIOCSWINSZ, size)

    def type(self, keys):
        os.write(self.keyboard, keys.encode())

    def wait_for(self, text):
        """What was shown up to and including `text`; the rest is for the next call."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown:
            left = max(deadline - time.monotonic(), 0)
            if not select.select([self.keyboard], [], [], left)[0]:
                raise AssertionError(f"{text!r} does not come; on the screen: {self.shown!r}")
            self.shown += os.read(self.keyboard, 65536).decode(errors="replace")
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def is_cooked(self):
        """Whether input comes by the line and is shown."""
        flags = termios.tcgetattr(self.terminal)[3]
        return bool(flags & termios.ICANON) and bool(flags & termios.ECHO)

    def end(self):
        return self.process.wait(PATIENCE)


def run(*command, **options):
    """Runs a command to its end."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, **options
    )


def curl(*arguments):
    """What curl prints; it fails the test if the request fails."""
    done = run("curl", "--silent", "--show-error", "--max-time", str(int(PATIENCE)), *arguments)
    if done.returncode != 0:
        raise AssertionError(f"curl {arguments}: {done.stderr.decode()}")
    return done.stdout.decode()


def main():
    """Runs the tests of the program's module; the last line tells how many passed."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed")
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)
