// SPDX-License-Identifier: MIT
//
// The command line of the sample server.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/clock.hpp>
#include <eddy/base/log_writer.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace sample {

using namespace eddy::literals;

/// What the user wants.
struct Options {
  enum class Wish { serve, help, version };

  Wish wish = Wish::serve;
  eddy::Address http = "127.0.0.1:8080"_addr;
  eddy::Address tcp = "127.0.0.1:8081"_addr;
  std::size_t max_connections = 10'000;
  eddy::Duration idle_timeout = std::chrono::seconds(15);
  eddy::log::Level log_level = eddy::log::Level::info;
  std::optional<eddy::log::Format> log_format = {};
};

/// What `--help` prints.
extern const char* const usage;

/// Reads the arguments behind the program's name.
///
/// Errors: Errc::invalid; the context is a whole sentence for the user.
eddy::Result<Options> parse_options(std::span<const char* const> arguments);

}  // namespace sample
