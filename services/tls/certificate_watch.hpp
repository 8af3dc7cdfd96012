// SPDX-License-Identifier: MIT
//
// Has certificates read again when somebody asks by a signal, or when their files change.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/io/tls_options.hpp>
#include <eddy/io/watcher.hpp>

#include <optional>
#include <string>
#include <vector>

namespace eddy::detail {

/// The files that certificates, keys and authorities of a server stand in, each once.
std::vector<std::string> files_of(const TlsServerOptions& options);

/// Calls a function that reloads. Nothing is called once it is destroyed.
///
/// Thread: loop.
class CertificateWatch {
 public:
  /// Its Future does not fail.
  using Reload = Function<Future<void>()>;

  CertificateWatch(Loop& loop, Reload reload) : loop_(loop), reload_(std::move(reload)) {}
  CertificateWatch(const CertificateWatch&) = delete;
  CertificateWatch& operator=(const CertificateWatch&) = delete;
  ~CertificateWatch() = default;

  /// At SIGHUP. Errors: those of SignalWatcher::watch().
  Result<void> on_hangup();
  /// When one of the files changes. Errors: those of Watcher::watch_file().
  Result<void> on_change(const std::vector<std::string>& files);

 private:
  Future<Next> next_change();

  Loop& loop_;
  Reload reload_;
  std::optional<SignalWatcher> signal_;
  Watcher watcher_;
  Future<void> asked_;      // the reload by the last signal
  Future<void> following_;  // the files
};

}  // namespace eddy::detail
