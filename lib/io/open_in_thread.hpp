// SPDX-License-Identifier: MIT
//
// Opens files in a thread. Private to io.
#pragma once

#include <eddy/io/file.hpp>

#include <stop_token>
#include <utility>

#include "io/file_state.hpp"

namespace eddy::detail {

/// What `open`, which gives a Result<OpenFilePtr>, opens in a thread. If nobody waits any more it
/// is closed there too.
template <class Open>
Future<OpenFilePtr> open_in_thread(Loop& loop, Open&& open, Site site) {
  return FilePool::of(loop).run(
      [open = std::forward<Open>(open)](const std::stop_token& stop) -> Result<OpenFilePtr> {
        Result<OpenFilePtr> opened = open();
        if (stop.stop_requested()) return Error(Errc::canceled);
        return opened;
      },
      site);
}

/// The same as a File.
template <class Open>
Future<File> open_file_in_thread(Loop& loop, Open&& open, Site site) {
  return open_in_thread(loop, std::forward<Open>(open), site)
      .then([&loop](OpenFilePtr opened) { return FileState::handle_of(loop, std::move(opened)); },
            site);
}

}  // namespace eddy::detail
