// SPDX-License-Identifier: MIT
//
// The table of network faults for plain TCP streams.
#include "testing/fault_table.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace eddy::testing::faults;

namespace {

struct ThroughTcp {
  explicit ThroughTcp(Fixture& t, const TcpProxy::Options& options = {})
      : fixture(t),
        listener(Listener::bind(t.loop, "127.0.0.1:0"_addr).value()),
        proxy(TcpProxy::start(t.loop, listener.local(), options).value()) {}

  Future<Stream> try_connect() {
    return connect(fixture.loop, proxy.address()).then([](TcpStream made) {
      return Stream(std::move(made));
    });
  }
  Stream accept() { return fixture.get(listener.accept()).value(); }
  void stop_target() { listener.close(); }

  /// TCP cannot tell an end in the midst of a message from one after it: the reader can.
  static bool torn(const Error& error) { return error == Errc::end_of_stream; }
  static constexpr bool notices_corruption = false;

  Fixture& fixture;
  Listener listener;
  TcpProxy proxy;
};

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(network_reset, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(reset_of_a_writer, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(destroyed_in_reset, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(cut_by_end, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(cut_by_reset, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(half_close, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(stalled_writer, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(idle_in_a_partition, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(partition_that_ends, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(octet_by_octet, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(jitter, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(corruption, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(refused_connection, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(unreachable_target, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(dropped_wait, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(gone_in_a_partition, ThroughTcp);
