// SPDX-License-Identifier: MIT
//
// A socket that whoever started the program has opened for it.
//
// Got from PassedSockets (io/passed_sockets.hpp).
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace eddy {

/// One of the descriptors that were passed, with its name.
///
/// It stays open until the program ends, so that a service which is made anew finds it again.
/// Thread: any; a value like a string.
class EDDY_EXPORT PassedSocket {
 public:
  PassedSocket(std::string name, int descriptor) noexcept
      : name_(std::move(name)), descriptor_(descriptor) {}

  /// As FileDescriptorName= of the unit says, by default the unit's own name; "unknown" if the
  /// program was started without names.
  std::string_view name() const noexcept { return name_; }
  /// What it is bound to.
  Address local() const noexcept;
  /// The descriptor that was passed, to be looked at and not to be closed.
  int native_handle() const noexcept { return descriptor_; }
  /// A descriptor of the same socket, which is the caller's and not inherited by children.
  ///
  /// Errors: std::errc::too_many_files_open.
  [[nodiscard]] Result<int> duplicate() const;

  friend bool operator==(const PassedSocket&, const PassedSocket&) noexcept = default;

 private:
  std::string name_;
  int descriptor_;
};

}  // namespace eddy
