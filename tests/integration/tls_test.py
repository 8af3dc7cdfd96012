"""TLS with the peers that the world has, openssl and curl: `tls_test.py PEER`.

PEER is tls_peer, or tls_service_peer, which does the same with services.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import harness

PEER = sys.argv.pop(1)
SERVICES = "service" in os.path.basename(PEER)
FOLDER = tempfile.mkdtemp(prefix="eddy-tls-")


def path(name):
    return os.path.join(FOLDER, name)


def openssl(*arguments, input=b"", check=True):
    """What openssl prints, both outputs together."""
    done = subprocess.run(
        ["openssl", *arguments],
        input=input,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=harness.PATIENCE,
    )
    text = done.stdout.decode(errors="replace")
    if check and done.returncode != 0:
        raise AssertionError(f"openssl {arguments}: {text}")
    return text


CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
RSA = ["-newkey", "rsa:2048", "-nodes"]


def make_certificate(name, issuer, names, kind=CURVE):
    """NAME.pem and NAME.key, signed by `issuer`."""
    files = ["-keyout", path(f"{name}.key"), "-out", path(f"{name}.pem")]
    if issuer is None:
        openssl("req", "-x509", *kind, *files, "-days", "2", "-subj", f"/CN={name}")
        return
    openssl("req", *kind, "-keyout", path(f"{name}.key"), "-out", path(f"{name}.csr"),
            "-subj", f"/CN={name}")  # fmt: skip
    with open(path("extensions"), "w") as extensions:
        extensions.write(f"subjectAltName={names}\n")
    openssl("x509", "-req", "-in", path(f"{name}.csr"), "-out", path(f"{name}.pem"), "-days", "2",
            "-CA", path(f"{issuer}.pem"), "-CAkey", path(f"{issuer}.key"), "-CAcreateserial",
            "-extfile", path("extensions"))  # fmt: skip


def setUpModule():
    make_certificate("root", None, None)
    make_certificate("stranger", None, None)
    make_certificate("server", "root", "DNS:localhost")
    make_certificate("client", "root", "DNS:client")
    make_certificate("rsa", "root", "DNS:localhost", RSA)


def tearDownModule():
    shutil.rmtree(FOLDER)


def server(*arguments, name="server"):
    return harness.Program(PEER, "server", path(f"{name}.pem"), path(f"{name}.key"), *arguments)


def port_of(program):
    return program.wait_for(r"(?:peer|tls server) listens (?:.* )?address=127.0.0.1:(\d+)$")[1]


def s_client(port, *arguments, check=True):
    """Sends a line; gives what openssl says of the connection, and the answer."""
    return openssl("s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost",
                   "-CAfile", path("root.pem"), "-ign_eof", *arguments,
                   input=b"hello\n", check=check)  # fmt: skip


class Curl(unittest.TestCase):
    def ask(self, program, *arguments):
        return harness.curl("--cacert", path("root.pem"), *arguments,
                            "--resolve", f"localhost:{port_of(program)}:127.0.0.1",
                            f"https://localhost:{port_of(program)}/")  # fmt: skip

    def test_it_verifies_the_server_and_is_answered(self):
        with server() as program:
            answer = self.ask(program)
            self.assertEqual(answer, "TLS1.3 full alpn=http/1.1 name=localhost peer=\n")

    def test_it_speaks_tls_1_2_too(self):
        with server() as program:
            self.assertIn("TLS1.2 full", self.ask(program, "--tls-max", "1.2"))

    def test_it_takes_an_rsa_certificate(self):
        for version in "1.2", "1.3":
            with self.subTest(version), server(name="rsa") as program:
                self.assertIn(f"TLS{version} full", self.ask(program, "--tls-max", version))

    def test_it_refuses_a_server_of_a_stranger(self):
        with server() as program:
            with self.assertRaisesRegex(AssertionError, "certificate"):
                self.ask(program, "--cacert", path("stranger.pem"))
            program.wait_for("(a client|handshake) failed .*unknown ca")

    def test_it_is_known_by_its_certificate(self):
        with server(path("root.pem")) as program:
            ours = ["--cert", path("client.pem"), "--key", path("client.key")]
            self.assertIn("peer=CN=client\n", self.ask(program, *ours))


class OpensslClient(unittest.TestCase):
    def test_it_is_answered_and_ends_in_order(self):
        with server() as program:
            text = s_client(port_of(program), "-verify_return_error")
            self.assertIn("Verify return code: 0 (ok)", text)
            self.assertIn("TLS1.3 full", text)
            program.wait_for("the client has ended")

    def test_it_resumes_its_session(self):
        for version in "-tls1_2", "-tls1_3":
            with self.subTest(version), server() as program:
                s_client(port_of(program), version, "-sess_out", path("session"))
                text = s_client(port_of(program), version, "-sess_in", path("session"))
                self.assertIn("Reused, ", text)
                self.assertIn(" resumed ", text)

    def test_old_versions_and_weak_ciphers_are_refused(self):
        with server() as program:
            for choice in (
                ["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
                ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
                ["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
                ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
            ):
                with self.subTest(choice):
                    text = s_client(port_of(program), *choice, check=False)
                    self.assertIn("alert", text)
                    self.assertNotIn("200 OK", text)

    def test_a_protocol_that_is_not_spoken_is_refused(self):
        with server() as program:
            text = s_client(port_of(program), "-alpn", "h2", check=False)
            self.assertIn("no application protocol", text)

    def test_a_client_without_a_certificate_is_refused_where_one_is_required(self):
        with server(path("root.pem")) as program:
            text = s_client(port_of(program), check=False)
            self.assertIn("certificate required", text)
            program.wait_for("(a client|handshake) failed .*peer did not return a certificate")


class OpensslServer(unittest.TestCase):
    def s_server(self, *arguments):
        return harness.Program("openssl", "s_server", "-accept", "127.0.0.1:0", "-rev",
                               "-cert", path("server.pem"), "-key", path("server.key"),
                               *arguments)  # fmt: skip

    def call(self, program, host="localhost", authorities="root.pem"):
        port = program.wait_for(r"^ACCEPT 127\.0\.0\.1:(\d+)")[1]
        done = harness.run(PEER, "client", f"127.0.0.1:{port}", host, path(authorities))
        return done.returncode, done.stdout.decode().strip(), done.stderr.decode()

    def test_our_client_verifies_it_and_is_answered(self):
        for version in "-tls1_2", "-tls1_3":
            with self.subTest(version), self.s_server(version) as program:
                self.assertEqual(self.call(program)[:2], (0, "olleh"))

    def test_our_client_refuses_a_server_of_a_stranger(self):
        with self.s_server() as program:
            code, said, text = self.call(program, authorities="stranger.pem")
            self.assertEqual((code, said), (1, ""))
            self.assertRegex(text, "tls connect localhost: certificate of CN=server: ")

    def test_our_client_refuses_another_host(self):
        with self.s_server() as program:
            code, said, text = self.call(program, host="other.example")
            self.assertEqual((code, said), (1, ""))
            self.assertRegex(text, "hostname mismatch")

    def test_our_client_does_not_speak_old_versions(self):
        with self.s_server("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0") as program:
            code, said, text = self.call(program)
            self.assertEqual((code, said), (1, ""))
            self.assertRegex(text, "tls connect localhost: .*version")


if SERVICES:

    class Reload(unittest.TestCase):
        def test_new_files_are_taken_and_wrong_ones_are_not(self):
            for suffix in "pem", "key":
                shutil.copy(path(f"server.{suffix}"), path(f"changing.{suffix}"))
            with server(name="changing") as program:
                port = port_of(program)
                self.assertIn("CN = server", s_client(port))
                shutil.copy(path("rsa.pem"), path("changing.pem"))
                program.wait_for("keeps its old certificates.*key does not match")
                self.assertIn("CN = server", s_client(port))
                shutil.copy(path("rsa.key"), path("changing.key"))
                program.wait_for("has reloaded its certificates")
                self.assertIn("CN = rsa", s_client(port))


if __name__ == "__main__":
    harness.main()
