// SPDX-License-Identifier: MIT
// Sends back what it receives, by push.
#pragma once

#include <eddy/io/byte_sink.hpp>
#include <eddy/io/stream.hpp>

#include <utility>

namespace bench {

/// Lives until its peer goes.
class Echo final : public eddy::ByteSink {
 public:
  explicit Echo(eddy::Stream stream) : stream_(std::move(stream)) { stream_.start(*this); }

  void on_bytes(eddy::ByteView bytes) noexcept override {
    stream_.write(bytes);
    if (stream_.congested()) stream_.pause();
  }
  void on_drained() noexcept override { stream_.resume(); }
  void on_end() noexcept override { delete this; }
  void on_error(const eddy::Error&) noexcept override { delete this; }

 private:
  eddy::Stream stream_;
};

}  // namespace bench
