// SPDX-License-Identifier: MIT
#include "certificate_watch.hpp"

#include <eddy/base/log.hpp>

#include <algorithm>
#include <csignal>
#include <utility>

namespace eddy::detail {
namespace {

/// Certificate and key are two files: whoever replaces both needs a moment for it.
constexpr WatchOptions patience = {.quiet = std::chrono::milliseconds(500),
                                   .longest = std::chrono::seconds(5)};

}  // namespace

std::vector<std::string> files_of(const TlsServerOptions& options) {
  std::vector<std::string> files;
  const auto add = [&files](const Pem& pem) {
    if (!pem.is_file() || pem.empty()) return;
    if (std::find(files.begin(), files.end(), pem.value()) != files.end()) return;
    files.push_back(pem.value());
  };
  for (const TlsKeyPair& pair : options.certificates) {
    add(pair.certificate);
    add(pair.key);
  }
  add(options.client_authorities);
  return files;
}

Result<void> CertificateWatch::on_hangup() {
  auto signal = SignalWatcher::watch(loop_, SIGHUP, [this](int) { asked_ = reload_(); });
  if (!signal) return std::move(signal).error();
  signal_.emplace(*std::move(signal));
  return {};
}

Result<void> CertificateWatch::on_change(const std::vector<std::string>& files) {
  auto watcher = Watcher::make(loop_, patience);
  if (!watcher) return std::move(watcher).error();
  watcher_ = *std::move(watcher);
  for (const std::string& file : files) {
    if (auto watched = watcher_.watch_file(file); !watched) {
      return std::move(watched).error().with("watch " + file);
    }
  }
  following_ = repeat(loop_, [this] { return next_change(); }).or_else([](const Error& error) {
    log::error("certificates are not watched any more", {{"error", error}});
  });
  return {};
}

Future<Next> CertificateWatch::next_change() {
  return watcher_.next()
      .then([](const FileChange& change) {
        // What was removed comes again; until then there is nothing to be read.
        return change.kind != FileChange::Kind::removed;
      })
      .or_else([](const Error& error) -> Result<bool> {
        if (error == Errc::closed) return error;
        // It is told instead of a change, and the next one may be seen again.
        log::error("certificates were out of sight, and are read again", {{"error", error}});
        return true;
      })
      .then([this](bool readable) { return readable ? reload_() : ready_future(); })
      .then([] { return Next::again; });
}

}  // namespace eddy::detail
