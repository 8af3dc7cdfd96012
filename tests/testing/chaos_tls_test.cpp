// SPDX-License-Identifier: MIT
//
// The table of network faults for TLS over TCP.
#include "io/tls_kit.hpp"
#include "testing/fault_table.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace eddy::testing::faults;

namespace {

struct ThroughTls {
  explicit ThroughTls(Fixture& t, const TcpProxy::Options& options = {})
      : fixture(t),
        listener(Listener::bind(t.loop, "127.0.0.1:0"_addr).value()),
        proxy(TcpProxy::start(t.loop, listener.local(), options).value()) {}

  Future<Stream> try_connect() {
    return connect(fixture.loop, proxy.address())
        .then([this](TcpStream made) { return tls_connect(std::move(made), client, "localhost"); })
        .then([](TlsStream made) { return Stream(std::move(made)); });
  }
  Stream accept() {
    auto secured = listener.accept().then(
        [this](TcpStream made) { return tls_accept(std::move(made), server); });
    return fixture.get(std::move(secured)).value();
  }
  void stop_target() { listener.close(); }

  /// An end without close_notify is a truncation.
  static bool torn(const Error& error) { return error == Errc::truncated; }
  static constexpr bool notices_corruption = true;

  Fixture& fixture;
  TlsClientContext client = a_client();
  TlsServerContext server = a_server();
  Listener listener;
  TcpProxy proxy;
};

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(network_reset, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(reset_of_a_writer, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(destroyed_in_reset, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(cut_by_end, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(cut_by_reset, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(half_close, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(stalled_writer, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(idle_in_a_partition, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(partition_that_ends, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(octet_by_octet, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(jitter, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(corruption, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(refused_connection, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(unreachable_target, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(dropped_wait, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(gone_in_a_partition, ThroughTls);
