"""Bodies of any size in constant memory: `large_body_test.py SERVER MEBIBYTES`."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import harness
import server

MIB = 1024 * 1024
SIZE = int(sys.argv.pop(1)) * MIB
# A sanitizer keeps freed memory for a while.
MOST_MEMORY = (600 if harness.SANITIZED else 16) * MIB


def large_file(folder):
    """A file whose every MiB begins with its number; the rest takes no room on the disk."""
    path = os.path.join(folder, "body")
    with open(path, "wb") as body:
        body.truncate(SIZE)
        for number in range(SIZE // MIB):
            body.seek(number * MIB)
            body.write(b"this is mebibyte %d of the body\n" % number)
    return path


def same(stream, path):
    """Whether `stream` has what the file has, and ends where it ends."""
    with open(path, "rb") as expected:
        while piece := expected.read(MIB):
            if stream.read(len(piece)) != piece:
                return False
    return stream.read(1) == b""


class LargeBody(unittest.TestCase):
    def echo(self, *options):
        with tempfile.TemporaryDirectory() as folder, server.Server() as running:
            path = large_file(folder)
            command = ["curl", "--silent", "--show-error", "-X", "POST", "-T", path, *options]
            with subprocess.Popen([*command, running.url("/echo")], stdout=subprocess.PIPE) as curl:
                self.assertTrue(same(curl.stdout, path))
            self.assertEqual(curl.returncode, 0)
            self.assertLess(running.peak_memory(), MOST_MEMORY)
            self.assertEqual(running.stop(), 0)

    def test_a_body_with_a_length_is_echoed_in_constant_memory(self):
        self.echo()

    def test_a_chunked_body_is_echoed_in_constant_memory(self):
        self.echo("--header", "Transfer-Encoding: chunked")


class BackPressure(unittest.TestCase):
    SIZE = 64 * MIB

    def test_a_client_that_does_not_read_is_not_read_from(self):
        with server.Server() as running, running.socket() as sock:
            head = f"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {self.SIZE}\r\n\r\n"
            sock.sendall(head.encode())
            sent = self.send_until_it_stops(sock)
            self.assertLess(sent, self.SIZE // 2)
            self.assertLess(running.peak_memory(), MOST_MEMORY)

            rest = threading.Thread(target=sock.sendall, args=[bytes(self.SIZE - sent)])
            rest.start()
            with sock.makefile("rb") as answer:
                while answer.readline() != b"\r\n":
                    pass
                received = sum(len(piece) for piece in iter(lambda: self.piece_of(answer), b""))
            rest.join(harness.PATIENCE)
            self.assertEqual(received, self.SIZE)
            self.assertLess(running.peak_memory(), MOST_MEMORY)

    def piece_of(self, answer):
        self.left = getattr(self, "left", self.SIZE)
        piece = answer.read(min(MIB, self.left))
        self.left -= len(piece)
        return piece

    def send_until_it_stops(self, sock):
        """Sends zeros until none is taken for a while."""
        sent = 0
        sock.settimeout(1)
        try:
            while sent < self.SIZE:
                sent += sock.send(bytes(min(MIB, self.SIZE - sent)))
        except socket.timeout:
            pass
        sock.settimeout(harness.PATIENCE)
        return sent


if __name__ == "__main__":
    harness.main()
