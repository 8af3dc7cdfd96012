// SPDX-License-Identifier: MIT
//
// Reads a stream of octets as a server does, head after body after head, in given portions, and
// keeps what came out. For tests and for fuzzing.
#pragma once

#include <eddy/codec/http_body.hpp>
#include <eddy/codec/http_request_parser.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eddy::http::testing {

using OwnedFields = std::vector<std::pair<std::string, std::string>>;

/// One request, everything copied.
struct OwnedRequest {
  std::string method;
  std::string target;
  std::string path;
  std::string query;
  std::string authority;
  std::string upgrade;
  Version version = Version::http_1_1;
  Framing framing = Framing::none;
  bool keep_alive = false;
  bool expect_continue = false;
  std::uint64_t content_length = 0;
  OwnedFields fields;
  std::string body;
  OwnedFields trailers;
  std::size_t octets = 0;  ///< head and body on the wire, once it is complete
  bool complete = false;

  bool operator==(const OwnedRequest&) const = default;
};

/// What a stream of octets says.
struct Reading {
  std::vector<OwnedRequest> requests;  ///< the last may not be complete
  unsigned refusal = 0;                ///< the status that ends the stream; 0 if more may come
  std::string reason;

  bool operator==(const Reading&) const = default;
};

/// Takes octets in portions. A head that llhttp would not take ends the stream with 500.
class StreamReader {
 public:
  explicit StreamReader(const Limits& limits)
      : limits_(limits), space_(limits_), parser_(limits_) {}

  void take(ByteView portion);
  const Reading& reading() const { return reading_; }
  /// The largest amount of octets that had to be kept between two portions.
  std::size_t most_kept() const { return most_kept_; }

 private:
  bool read_head();
  bool read_body();
  void refuse(const Refusal& refusal);

  Limits limits_;
  HeadSpace space_;
  RequestParser parser_;
  std::optional<BodyDecoder> body_;
  std::string octets_;
  std::size_t most_kept_ = 0;
  std::size_t octets_of_request_ = 0;
  Reading reading_;
};

Reading read_whole(ByteView octets, const Limits& limits = {});
Reading read_in_octets(ByteView octets, const Limits& limits = {});
Reading read_in_two(ByteView octets, std::size_t cut, const Limits& limits = {});

/// The status that a stream is refused with, or 0. All ways to cut it in two, and octet by octet,
/// must agree; if they do not, 999.
unsigned refusal_of(ByteView octets, const Limits& limits = {});
/// The requests of a stream that is not refused; none if the ways to cut it do not agree.
std::vector<OwnedRequest> requests_in(ByteView octets, const Limits& limits = {});
/// The only complete request of a stream; an empty one if there is none or more.
OwnedRequest request_in(ByteView octets, const Limits& limits = {});

/// "GET / HTTP/1.1", Host, `fields` and the blank line.
std::string get_with(ByteView fields);
/// The same with POST, a chunked body and `body`.
std::string chunked_post(ByteView body);

}  // namespace eddy::http::testing
