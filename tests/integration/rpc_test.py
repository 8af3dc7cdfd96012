"""The example 22_rpc as a user runs it: `rpc_test.py PROGRAM`."""

import sys
import unittest

import harness

RPC = sys.argv.pop(1)


class Rpc(unittest.TestCase):
    def test_four_calls_at_a_time_have_their_answers(self):
        with harness.Program(RPC) as program:
            self.assertEqual(program.end(), 0)
            self.assertCountEqual(
                program.output(),
                [
                    "6 * 7: 42.0",
                    '1 / 0: failed, exception: DivisionByZero ["division by zero"]',
                    "nothing: null",
                    'greeting: "hello, ann"',
                ],
            )

    def test_a_server_is_called_over_tcp_and_udp(self):
        with harness.Program(RPC, "serve", "127.0.0.1:0") as server:
            tcp = server.wait_for(r"tcp server listens .*address=(\S+)$")[1]
            udp = server.wait_for(r"udp server listens .*address=(\S+)$")[1]
            for transport, address in (("tcp", tcp), ("udp", udp)):
                self.assertEqual(self.call(transport, address, "multiply", "[6, 7]"), (0, "42.0"))
                self.assertEqual(self.call(transport, address, "echo"), (0, "null"))
                self.assertEqual(self.call(transport, address, "divide", "[1, 0]"), (1, None))
            self.assertEqual(self.call("tcp", tcp, "greet"), (0, '"hello, ann"'))
            self.assertEqual(server.interrupt(), 0)

    def call(self, *arguments):
        with harness.Program(RPC, *arguments) as program:
            code = program.end()
            return code, program.output()[0] if code == 0 else None

    def test_arguments_that_make_no_sense_are_told(self):
        for arguments in (["serve"], ["tcp", "127.0.0.1:1"], ["tcp", "127.0.0.1:1", "m", "[1"]):
            with harness.Program(RPC, *arguments) as program:
                self.assertEqual(program.end(), 2)
                self.assertRegex(program.text(), "^usage: rpc ")


if __name__ == "__main__":
    harness.main()
