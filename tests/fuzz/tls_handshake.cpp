// SPDX-License-Identifier: MIT
//
// A TLS server, and one time in two a client, whose peer sends anything before the handshake is
// done. The first octet says who we are and how it is cut, the second how the peer ends.
//
// Rules: every handshake ends, at the latest when its time is over; it never succeeds; the next
// good client is served; nothing is left.
#include <eddy/core/loop.hpp>
#include <eddy/io/duplex.hpp>
#include <eddy/io/tls.hpp>
#include <eddy/testing/manual_clock.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string>
#include <utility>

#include "fuzzing.hpp"

using namespace eddy;
using eddy::fuzz::require;

namespace {

std::string text_of(BIO* out) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string copy(text, static_cast<std::size_t>(size));
  BIO_free(out);
  return copy;
}

/// A certificate that is signed with its own key.
TlsKeyPair a_key_pair() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  BIO* certificate_out = BIO_new(BIO_s_mem());
  BIO* key_out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_out, certificate);
  PEM_write_bio_PrivateKey(key_out, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return {Pem::text(text_of(certificate_out)), Pem::text(text_of(key_out)), {}};
}

TlsServerContext a_server() {
  TlsServerOptions options;
  options.certificates.push_back(a_key_pair());
  options.alpn = {"h2", "http/1.1"};
  return TlsServerContext::create(std::move(options)).value();
}

TlsClientContext a_client() {
  TlsClientOptions options;
  options.verification = insecure_skip_verification();
  options.alpn = {"http/1.1"};
  return TlsClientContext::create(std::move(options)).value();
}

/// A loop whose clock moves when it is told to, and contexts; one for all inputs.
struct World {
  World() : loop(options()), server(a_server()), client(a_client()) { clock.drive(loop); }
  Loop::Options options() {
    Loop::Options chosen;
    chosen.clock = &clock;
    return chosen;
  }

  testing::ManualClock clock;
  Loop loop;
  TlsServerContext server;
  TlsClientContext client;
};

/// Whether the handshake has ended, and how.
struct Outcome {
  bool over = false;
  bool success = false;
};

void talk(World& world, ByteView octets, unsigned how, std::size_t step, unsigned end) {
  auto [ours, theirs] = duplex(world.loop);
  Outcome outcome;
  Future<TlsStream> handshake = how % 2 == 0
                                    ? tls_accept(std::move(ours), world.server)
                                    : tls_connect(std::move(ours), world.client, "localhost");
  Future<void> watched = std::move(handshake).complete([&outcome](Result<TlsStream>&& stream) {
    outcome = {true, stream.has_value()};
  });
  for (; !octets.empty(); octets.remove_prefix(std::min(step, octets.size()))) {
    theirs.write(octets.substr(0, step));
    testing::run_until_idle(world.loop);
  }
  Future<void> ended;
  if (end % 3 == 1) ended = theirs.shutdown().or_else([](Error&&) {});
  if (end % 3 == 2) theirs.reset();
  testing::run_until_idle(world.loop);
  require(end % 3 == 0 || outcome.over, "a handshake ends with its peer");
  world.clock.advance(std::chrono::seconds(11));
  require(outcome.over, "a handshake ends with its time");
  require(!outcome.success, "nobody who sends anything gets through");
}

void check_next_client(World& world) {
  auto [ours, theirs] = duplex(world.loop);
  auto accepting = tls_accept(std::move(ours), world.server);
  auto client = world.loop.run_until(tls_connect(std::move(theirs), world.client, "localhost"));
  require(client.has_value(), "the next client is served");
  require(world.loop.run_until(std::move(accepting)).has_value(), "by the server");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  ByteView octets = eddy::fuzz::view_of(data, size);
  const unsigned how = eddy::fuzz::take_octet(octets);
  const unsigned end = eddy::fuzz::take_octet(octets);

  talk(world, octets, how, 1 + how / 2, end);

  check_next_client(world);
  testing::run_until_idle(world.loop);
  require(world.loop.statistic().live_nodes == 0, "nothing is left");
  require(ERR_peek_error() == 0, "OpenSSL's error queue is empty");
  return 0;
}
