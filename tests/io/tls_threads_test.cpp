// SPDX-License-Identifier: MIT
//
// One context, many threads: what loops share of TLS.
#include <thread>
#include <vector>

#include "tls_kit.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Shakes hands some times in a loop of its own; gives how many of them resumed a session.
int shake_hands_in_loop(const TlsClientContext& client, const TlsServerContext& server) {
  Loop loop;
  int resumed = 0;
  for (int i = 0; i < 5; ++i) {
    auto [ours, theirs] = duplex(loop);
    auto accepting = tls_accept(std::move(theirs), server);
    auto connecting = tls_connect(std::move(ours), client, "localhost");
    TlsStream here = loop.run_until(std::move(connecting)).value();
    TlsStream there = loop.run_until(std::move(accepting)).value();
    there.write("hello");
    resumed += loop.run_until(here.read()).value() == "hello" && here.resumed() ? 1 : 0;
  }
  return resumed;
}

}  // namespace

TEST_CASE("threads share contexts, certificates and sessions") {
  const TlsServerContext server = a_server();
  const TlsClientContext client = a_client();
  std::vector<int> resumed(4);
  std::vector<std::thread> threads;

  for (int& count : resumed) {
    threads.emplace_back([&count, server, client] { count = shake_hands_in_loop(client, server); });
  }
  for (std::thread& thread : threads)
    thread.join();

  CHECK(resumed[0] + resumed[1] + resumed[2] + resumed[3] > 0);
  CHECK(client.sessions() == 1);
}

TEST_CASE("a thread may reload its copy of a context while others use theirs") {
  TlsServerContext server = a_server();
  const TlsClientContext client = a_client();
  std::thread other([server, client] { shake_hands_in_loop(client, server); });

  for (int i = 0; i < 5; ++i)
    CHECK(server.reload());

  other.join();
}
