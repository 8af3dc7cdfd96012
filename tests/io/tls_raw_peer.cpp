// SPDX-License-Identifier: MIT
#include "tls_raw_peer.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstring>

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

/// RFC 5246, section 6.3: the key block. Keys for MACs there are none, the server's are left out.
SealedRecords::SealedRecords(SSL* client) {
  unsigned char master[48];
  SSL_SESSION_get_master_key(SSL_get_session(client), master, sizeof master);
  std::string seed = "key expansion" + std::string(64, '\0');
  auto* randoms = reinterpret_cast<unsigned char*>(seed.data() + 13);
  SSL_get_server_random(client, randoms, 32);
  SSL_get_client_random(client, randoms + 32, 32);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master, sizeof master),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
      OSSL_PARAM_construct_end()};
  EVP_KDF* function = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_PRF, nullptr);
  EVP_KDF_CTX* maker = EVP_KDF_CTX_new(function);
  unsigned char block[40];
  REQUIRE(EVP_KDF_derive(maker, block, sizeof block, parameters) == 1);
  EVP_KDF_CTX_free(maker);
  EVP_KDF_free(function);
  std::copy_n(block, sizeof key_, key_);
  std::copy_n(block + 32, sizeof salt_, salt_);
}

std::string SealedRecords::handshake(std::string_view message) {
  const std::uint64_t number = sent_++;
  std::string count;
  for (int shift = 56; shift >= 0; shift -= 8)
    count += static_cast<char>(number >> shift);
  const std::string head = {handshake_record, 3, 3};
  const std::string bound = count + head + sized(2, message).substr(0, 2);
  const std::string nonce = std::string(reinterpret_cast<const char*>(salt_), 4) + count;
  std::string sealed(message.size() + 16, '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  const auto octets = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  int size = 0;
  EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), nullptr, key_, octets(nonce));
  EVP_EncryptUpdate(cipher, nullptr, &size, octets(bound), static_cast<int>(bound.size()));
  EVP_EncryptUpdate(cipher, out, &size, octets(message), static_cast<int>(message.size()));
  EVP_EncryptFinal_ex(cipher, out + size, &size);
  EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, 16, out + message.size());
  EVP_CIPHER_CTX_free(cipher);
  return head + sized(2, count + sealed);
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
