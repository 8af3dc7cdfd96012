"""A program made by the README alone: `readme_test.py SOURCE_ROOT BUILD_ROOT`.

Takes the hello program, the meson.build and the compiler's command out of the README, and builds
with them against the libraries of the build under test, installed to a folder.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import harness

SOURCE_ROOT, BUILD_ROOT = pathlib.Path(sys.argv.pop(1)), sys.argv.pop(1)
README = (SOURCE_ROOT / "README.md").read_text()


def block(mark):
    """The code behind the comment `mark`."""
    return re.search(rf"<!-- {re.escape(mark)} -->\n```\w+\n(.*?)```", README, re.S)[1]


def install(folder):
    """Installs eddy below `folder` and gives the environment in which it is found."""
    stage = folder / "stage"
    command = ["meson", "install", "-C", BUILD_ROOT, "--no-rebuild", "--destdir", stage]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    package_files = list(stage.glob("**/eddy*.pc"))
    for package in package_files:
        text = package.read_text()
        prefix = re.search(r"^prefix=/?(.*)", text, re.M)[1]
        package.write_text(re.sub(r"^prefix=.*", f"prefix={stage / prefix}", text, flags=re.M))
    packages = package_files[0].parent
    return {**os.environ, "PKG_CONFIG_PATH": str(packages), "LD_LIBRARY_PATH": str(packages.parent)}


class Readme(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.environment = install(self.folder)
        # The program of the README, at a free port.
        program = block("from examples/01_hello_http/main.cpp")
        self.assertIn('"127.0.0.1:8080"', program)
        source = self.folder / "main.cpp"
        source.write_text(program.replace('"127.0.0.1:8080"', '"127.0.0.1:0"'))

    def run_here(self, *command):
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, text=True, capture_output=True
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def check_hello(self, program):
        with harness.Program(self.folder / program, env=self.environment) as hello:
            address = hello.wait_for(r" listens .*address=(\S+)$")[1]
            self.assertEqual(harness.curl(f"http://{address}/"), "hello, world\n")
            self.assertEqual(hello.interrupt(), 0)

    def test_the_meson_file_builds_the_hello_program(self):
        (self.folder / "meson.build").write_text(block("readme_test: meson.build"))
        self.run_here("meson", "setup", "built")
        self.run_here("ninja", "-C", "built")
        self.check_hello("built/hello")

    def test_the_compilers_command_builds_the_hello_program(self):
        self.run_here("bash", "-euc", block("readme_test: command"))
        self.check_hello("hello")


if __name__ == "__main__":
    harness.main()
