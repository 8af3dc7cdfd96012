// SPDX-License-Identifier: MIT
//
// OpenSSL's error queue as an Error. Private to the TLS part of io.
//
// The queue belongs to the thread: what one connection leaves there would be taken for the failure
// of another. So it is emptied before each call whose failure is looked at, and taken whole after.
#pragma once

#include <eddy/base/error.hpp>

#include <string>

#include "io/tls_openssl.hpp"

namespace eddy::detail {

/// To be called before whatever may fail.
inline void forget_tls_errors() noexcept {
  if (ERR_peek_error() != 0) [[unlikely]]
    ERR_clear_error();
}

/// Empties the queue: its first entry is the code, the rest the context. Errc::protocol if there is
/// none.
Error take_tls_error();
/// Whether it is an alert that the peer sent.
bool told_by_peer(const Error& error) noexcept;
/// Errc::invalid with what OpenSSL has to say in the context, and an empty queue.
Error invalid_tls(const std::string& context);

}  // namespace eddy::detail
