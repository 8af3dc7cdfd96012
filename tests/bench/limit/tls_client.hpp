// SPDX-License-Identifier: MIT
// What loadgen needs of TLS: a client that trusts anybody, and send and recv with the socket's
// ways.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <memory>

namespace bench {

class TlsClient {
 public:
  TlsClient() : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context_.get(), "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_mode(context_.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }

  /// A session over the blocking socket `fd`, its handshake done; null if that fails.
  SSL* connect(int fd) const {
    SSL* session = SSL_new(context_.get());
    SSL_set_fd(session, fd);
    if (SSL_connect(session) == 1) return session;
    SSL_free(session);
    return nullptr;
  }

 private:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
};

/// What send() and recv() give for the result of SSL_write() and SSL_read().
inline ssize_t as_socket(SSL* session, int result) {
  if (result > 0) return result;
  const int why = SSL_get_error(session, result);
  ERR_clear_error();
  if (why == SSL_ERROR_ZERO_RETURN) return 0;
  errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
  return -1;
}

inline ssize_t tls_send(SSL* session, const char* data, std::size_t size) {
  return as_socket(session, SSL_write(session, data, static_cast<int>(size)));
}

inline ssize_t tls_receive(SSL* session, char* room, std::size_t size) {
  return as_socket(session, SSL_read(session, room, static_cast<int>(size)));
}

}  // namespace bench
