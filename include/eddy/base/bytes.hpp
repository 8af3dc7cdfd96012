// SPDX-License-Identifier: MIT
//
// Octets: a borrowed view, and a buffer that grows at its end and is consumed at its start.
//
// A ByteView says nothing about an encoding; it shares its type with text so that protocols can be
// compared with literals. Whoever keeps one past the call that gave it copies it first.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace eddy {

/// Borrowed octets; valid as long as their owner says.
using ByteView = std::string_view;

/// Octets that are appended at the end and consumed from the start.
///
/// Appending is amortised constant, consuming moves nothing. Memory is given back when the buffer
/// runs empty and holds more than `keep_capacity`.
/// Thread: one at a time.
class EDDY_EXPORT Buffer {
 public:
  /// An empty buffer keeps at most so much memory for its next use.
  static constexpr std::size_t keep_capacity = 16 * 1024;

  Buffer() noexcept = default;
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;

  ByteView view() const noexcept { return ByteView(data_).substr(start_); }
  std::size_t size() const noexcept { return data_.size() - start_; }
  bool empty() const noexcept { return data_.size() == start_; }

  void append(ByteView bytes);
  /// Drops the first `count` octets; `count` must not exceed size().
  void consume(std::size_t count) noexcept;
  /// Removes and returns the first `count` octets; `count` must not exceed size().
  [[nodiscard]] std::string take(std::size_t count);
  [[nodiscard]] std::string take_all();
  void clear() noexcept;

 private:
  std::string data_;
  std::size_t start_ = 0;
};

}  // namespace eddy
