// SPDX-License-Identifier: MIT
//
// A chat in terminals: chat --serve ADDRESS:PORT, and for each who takes part chat NAME
// ADDRESS:PORT
#include <eddy/io/connect.hpp>
#include <eddy/io/standard_streams.hpp>
#include <eddy/kit/supervisor.hpp>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>
#include <utility>

#include "chat.hpp"
#include "room.hpp"

namespace {

int complain(const eddy::Error& error) {
  std::fprintf(stderr, "chat: %s\n", error.message().c_str());
  return 1;
}

int serve(const eddy::Address& listen) {
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  supervisor.add<Room>({.listen = listen, .max_connections = 100});
  return supervisor.run();
}

int take_part(std::string_view name, const eddy::Address& address) {
  eddy::Loop loop;
  auto server = loop.run_until(eddy::connect(loop, address));
  if (!server) return complain(server.error());
  auto input = eddy::standard_input(loop);
  if (!input) return complain(input.error());
  auto output = eddy::standard_output(loop);
  if (!output) return complain(output.error());
  Chat chat(*std::move(server), *std::move(input), *std::move(output), name);

  if (auto tty = eddy::Tty::of(STDIN_FILENO); tty && isatty(STDOUT_FILENO) != 0) {
    if (const auto used = chat.use(*std::move(tty)); !used) return complain(used.error());
  }
  auto interrupt = eddy::SignalWatcher::watch(loop, SIGINT, [&chat](int) { chat.leave(); });
  if (!interrupt) return complain(interrupt.error());
  const eddy::Result<void> result = loop.run_until(chat.talk());
  return result ? 0 : complain(result.error());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: chat --serve ADDRESS:PORT | chat NAME ADDRESS:PORT\n");
    return eddy::exit_code::usage;
  }
  const auto address = eddy::Address::parse(argv[2]);
  if (!address) {
    std::fprintf(stderr, "%s\n", address.error().message().c_str());
    return eddy::exit_code::usage;
  }
  const std::string_view who = argv[1];
  return who == "--serve" ? serve(*address) : take_part(who, *address);
}
