# SPDX-License-Identifier: MIT
"""Starts servers on one CPU and the load on another, and reads what they print."""
import os
import re
import resource
import select
import subprocess
import time


class Unmeasured(Exception):
    """A figure that could not be had, with the reason."""


def cpus():
    """The CPU of the servers and the CPU of the load: the same one if there is no second."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def allow_many_files():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def pinned(command, cpu, **options):
    return subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, {cpu}),
                            text=True, **options)


def pairs(line):
    """The key=value words of a line; numbers as numbers."""
    found = re.findall(r"(\w+)=(\S+)", line)
    return {key: float(text) if re.fullmatch(r"-?[\d.]+", text) else text for key, text in found}


def read_line(process, seconds):
    """The next line of a process, or nothing if it takes longer or the process ended."""
    if not select.select([process.stdout], [], [], seconds)[0]:
        return ""
    return process.stdout.readline()


def end(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_program(command, seconds=120):
    """Runs a program that measures itself: one dict for each line it prints."""
    process = pinned(command, cpus()[0], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Unmeasured(f"{os.path.basename(command[0])} took over {seconds} s") from None
    if process.returncode != 0:
        raise Unmeasured(f"{os.path.basename(command[0])}: {err.strip() or process.returncode}")
    return [pairs(line) for line in out.splitlines()]


class Server:
    """A server that prints `port N` once it listens; ended by leaving the with block."""

    def __init__(self, command, prefix=(), environment=None):
        self._prefix = list(prefix)
        self._process = pinned([*self._prefix, *command], cpus()[0], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL,
                               env={**os.environ, **(environment or {})})
        started = re.match(r"port (\d+)", read_line(self._process, 20))
        if not started:
            end(self._process)
            raise Unmeasured(f"{os.path.basename(command[0])} did not start")
        self.port = int(started.group(1))
        self.pid = self._traced() if self._prefix else self._process.pid

    def _traced(self):
        """The server itself, when the process started is a tracer."""
        parent = self._process.pid
        with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:
            return int(children.read().split()[0])

    def alive(self):
        return self._process.poll() is None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._prefix:  # a tracer that ends by itself writes down what it saw
            os.kill(self.pid, 15)
            deadline = time.monotonic() + 10
            while self.alive() and time.monotonic() < deadline:
                time.sleep(0.02)
        end(self._process)
        self._process.stdout.close()


class Loads:
    """Runs loadgen, or udp_load, against servers."""

    def __init__(self, build):
        self._build = build

    def _start(self, server, load):
        kind, *rest = load.split()
        program = os.path.join(self._build, "udp_load" if kind == "udp" else "loadgen")
        command = [program, kind, str(server.port), *rest, "-i", str(server.pid)]
        return pinned(command, cpus()[1], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, server, load):
        """What loadgen tells at its end."""
        process = self._start(server, load)
        out, err = process.communicate(timeout=300)
        if process.returncode != 0:
            raise Unmeasured(f"{load}: {err.strip()}")
        return pairs(out)

    def hold(self, server, count):
        """Connections that stay open, idle, until end() is called on what this returns."""
        process = self._start(server, f"hold -c {count} -d 900")
        if "held" not in pairs(read_line(process, 120)):
            end(process)
            raise Unmeasured(f"{count} connections: {process.stderr.read().strip()}")
        return process
