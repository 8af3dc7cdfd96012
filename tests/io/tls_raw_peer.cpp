// SPDX-License-Identifier: MIT
#include "tls_raw_peer.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace eddy::testing {
namespace {

constexpr char handshake_record = 22;
constexpr char alert_record = 21;
constexpr std::size_t record_head = 5;

/// Gives `context` the certificate for localhost.
void certify(SSL_CTX* context) {
  const Certified& certified = the_certificate();
  BIO* certificate = BIO_new_mem_buf(certified.certificate.data(), -1);
  BIO* key = BIO_new_mem_buf(certified.key.data(), -1);
  X509* read = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
  EVP_PKEY* read_key = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context, read);
  SSL_CTX_use_PrivateKey(context, read_key);
  X509_free(read);
  EVP_PKEY_free(read_key);
  BIO_free(certificate);
  BIO_free(key);
}

}  // namespace

RawPeer::RawPeer(Fixture& t, Stream stream, Role role)
    : t_(t), context_(SSL_CTX_new(TLS_method())), stream_(std::move(stream)) {
  if (role == Role::server) certify(context_.get());
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  if (role == Role::server) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
  stream_.start(arrived_);
}

std::string RawPeer::take_output() {
  BIO* out = SSL_get_wbio(ssl_.get());
  std::string octets(BIO_ctrl_pending(out), '\0');
  if (!octets.empty()) BIO_read(out, octets.data(), static_cast<int>(octets.size()));
  return octets;
}

void RawPeer::exchange() {
  if (const std::string output = take_output(); !output.empty()) stream_.write(output);
  t_.run_until_idle();
  const std::string input = std::exchange(arrived_.bytes, {});
  if (!input.empty()) {
    BIO_write(SSL_get_rbio(ssl_.get()), input.data(), static_cast<int>(input.size()));
  }
}

bool RawPeer::shake_hands() {
  bool done = false;
  for (int round = 0; round < 10 && !done; ++round) {
    done = SSL_do_handshake(ssl_.get()) == 1;
    exchange();
  }
  ERR_clear_error();
  return done;
}

std::string RawPeer::read() {
  exchange();
  std::string all;
  char part[4096];
  int count = 0;
  while ((count = SSL_read(ssl_.get(), part, sizeof part)) > 0)
    all.append(part, static_cast<std::size_t>(count));
  ERR_clear_error();
  return all;
}

void RawPeer::write(std::string_view octets) {
  SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
  ERR_clear_error();
  exchange();
}

RawPair a_raw_client(Fixture& t, const TlsServerContext& server) {
  auto [ours, theirs] = duplex(t.loop, steady());
  return {tls_accept(std::move(ours), server),
          std::make_unique<RawPeer>(t, std::move(theirs), RawPeer::Role::client)};
}

RawPair a_raw_server(Fixture& t, const TlsClientContext& client) {
  auto [ours, theirs] = duplex(t.loop, steady());
  return {tls_connect(std::move(ours), client, "localhost"),
          std::make_unique<RawPeer>(t, std::move(theirs), RawPeer::Role::server)};
}

std::string sized(std::size_t width, std::string_view body) {
  std::string text;
  for (std::size_t i = width; i > 0; --i)
    text += static_cast<char>(body.size() >> (8 * (i - 1)));
  return text.append(body);
}

std::string extension(unsigned type, std::string_view body) {
  std::string text;
  text += static_cast<char>(type >> 8U);
  text += static_cast<char>(type);
  return text + sized(2, body);
}

std::string server_names(std::initializer_list<std::string_view> names) {
  std::string list;
  for (const std::string_view name : names)
    list += '\0' + sized(2, name);
  return sized(2, list);
}

std::string client_hello(std::string_view extensions, unsigned version) {
  using namespace std::string_view_literals;
  std::string all = extension(10, sized(2, "\0\x1d\0\x17"sv));  // groups
  all += extension(13, sized(2, "\x04\x03\x08\x04"sv));         // signatures
  all.append(extensions);
  std::string body;
  body += static_cast<char>(version >> 8U);
  body += static_cast<char>(version);
  body += std::string(32, 'r');                          // random
  body += sized(1, "");                                  // session
  body += sized(2, "\xc0\x2b\xc0\x2f\xc0\x13\0\x2f"sv);  // ciphers
  body += sized(1, "\0"sv);                              // no compression
  body += sized(2, all);
  return in_records('\x01' + sized(3, body), 16 * 1024);
}

std::string in_records(std::string_view message, std::size_t at_most) {
  std::string records;
  while (!message.empty()) {
    const std::string_view part = message.substr(0, at_most);
    records += handshake_record;
    records += "\x03\x01" + sized(2, part);
    message.remove_prefix(part.size());
  }
  return records;
}

std::string_view out_of_record(std::string_view record) {
  return record.substr(record_head);
}

int alert_in(std::string_view octets) {
  if (octets.size() != record_head + 2 || octets.front() != alert_record) return -1;
  return octets.back();
}

}  // namespace eddy::testing
