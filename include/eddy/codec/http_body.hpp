// SPDX-License-Identifier: MIT
//
// Finds the body of a request in the octets behind its head: by length, or by chunks.
//
// Nothing is copied: the body comes as views into the octets that were given. Trailers are kept
// apart and never become fields of the request.
#pragma once

#include <eddy/codec/http_limits.hpp>
#include <eddy/codec/http_request_head.hpp>
#include <eddy/codec/http_status.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace eddy::http {

namespace detail {
class TrailerReader;
}

/// Decodes one body. Allocates only for trailers.
///
/// Octets may come in any portions: the verdict falls at the same octet.
/// Thread: one at a time.
/// Lifetime: the Limits must outlive the decoder.
class EDDY_EXPORT BodyDecoder {
 public:
  enum class State : std::uint8_t { need_more, data, done, failed };

  struct Progress {
    State state = State::need_more;
    std::size_t consumed = 0;  ///< octets that are dealt with; all of them with need_more
    ByteView data;             ///< the next part of the body, never empty with State::data
    Refusal refusal;           ///< what to answer after a failure, before the connection is closed
  };

  static constexpr std::uint64_t unlimited = ~std::uint64_t{0};

  /// @param max_body  a longer body fails with 413: at once if its length is declared, else with
  ///                  the chunk that would exceed it.
  BodyDecoder(const RequestHead& head,
              const Limits& limits,
              std::uint64_t max_body = unlimited) noexcept;
  BodyDecoder(BodyDecoder&& other) noexcept;
  BodyDecoder& operator=(BodyDecoder&& other) noexcept;
  ~BodyDecoder();

  /// Takes the next step; call it until it says done, failed, or need_more.
  ///
  /// A body that has no octets is done with the first call, whatever `bytes` are.
  [[nodiscard]] Progress decode(ByteView bytes);

  /// True once the last octet that belongs to the body, its trailers included, was consumed.
  bool done() const noexcept { return stage_ == Stage::done; }
  /// Octets of the body, its framing not counted, that decode() gave so far.
  std::uint64_t received() const noexcept { return received_; }
  /// The trailers of a body that is done, but for those that RFC 9110, 6.5.1, forbids.
  ///
  /// Lifetime: the decoder's.
  Fields trailers() const noexcept;

 private:
  enum class Stage : std::uint8_t {
    size_start,        // the first digit of a chunk size
    size,              // more digits, an extension or the end of the line
    before_semicolon,  // BWS, then `;`
    before_name,       // BWS, then the name of an extension
    name,
    after_name,    // BWS, then `=`, `;` or nothing
    before_value,  // BWS, then the value of an extension
    value,
    quoted,
    quoted_pair,
    after_value,  // `;` or the end of the line
    line_end,     // LF of a chunk-size line
    data,
    data_cr,
    data_lf,
    trailer_start,  // the blank line's CR or a first trailer
    trailers,
    last_line_end,  // LF of the blank line
    length,         // a body of known length
    done,
    failed,
  };

  Progress give_data(ByteView bytes, std::size_t already, Stage next);
  Progress read_trailers(ByteView bytes, std::size_t already);
  bool step(char octet) noexcept;
  bool step_extension(char octet) noexcept;
  static Stage next_stage(Stage stage, char octet) noexcept;
  bool count_line_octet() noexcept;
  bool add_digit(char octet) noexcept;
  bool end_of_size_line() noexcept;
  bool refuse(Refusal refusal) noexcept;

  const Limits* limits_;
  std::uint64_t max_body_;
  std::uint64_t left_ = 0;  // octets of the chunk, or of the body of known length
  std::uint64_t received_ = 0;
  std::size_t extensions_ = 0;   // octets of chunk extensions so far
  std::size_t line_octets_ = 0;  // of the chunk-size line
  Stage stage_ = Stage::done;
  Refusal refusal_;
  std::unique_ptr<detail::TrailerReader> trailers_;
};

}  // namespace eddy::http
