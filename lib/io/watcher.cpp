// SPDX-License-Identifier: MIT
#include <eddy/io/watcher.hpp>

#include <sys/inotify.h>

#include <cerrno>
#include <utility>

#include "io/watcher_block.hpp"

namespace eddy {

using detail::Descriptor;
using detail::WatcherBlock;

Result<Watcher> Watcher::make(Loop& loop, WatchOptions options, Site site) {
  Descriptor inotify(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (inotify.number() < 0) {
    const bool many = errno == EMFILE;
    return detail::uv_error(-errno,
                            many ? "make a watcher (raise fs.inotify.max_user_instances, or the "
                                   "limit of open files)"
                                 : "make a watcher");
  }
  detail::LoopImpl& impl = detail::LoopImpl::of(loop);
  Watcher watcher(new WatcherBlock(impl, std::move(inotify), options, site));
  const int status = watcher.block_->init();
  if (status != 0) return detail::uv_error(status, "make a watcher");
  return watcher;
}

Watcher& Watcher::operator=(Watcher&& other) noexcept {
  Watcher old(std::move(*this));
  block_ = std::exchange(other.block_, nullptr);
  return *this;
}

Watcher::~Watcher() {
  if (block_ != nullptr) block_->release();
}

WatcherBlock& Watcher::checked() const noexcept {
  EDDY_ASSERT(block_ != nullptr, "an empty Watcher was used");
  return *block_;
}

Result<void> Watcher::watch_file(const std::string& path) {
  return checked().watch(path, false);
}

Result<void> Watcher::watch_directory(const std::string& path) {
  return checked().watch(path, true);
}

void Watcher::unwatch(const std::string& path) noexcept {
  checked().unwatch(path);
}

Future<FileChange> Watcher::next(Site site) {
  return checked().next(site);
}

void Watcher::close() noexcept {
  if (block_ != nullptr) block_->close();
}

bool Watcher::open() const noexcept {
  return block_ != nullptr && block_->open();
}

}  // namespace eddy
