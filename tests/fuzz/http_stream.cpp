// SPDX-License-Identifier: MIT
//
// A stream of requests, heads and bodies. The first two octets say how it is cut.
//
// Rules: the portions do not matter; what is taken obeys the grammar; llhttp finds the same body at
// the same place in all that both take.
#include "fuzzing.hpp"
#include "http_reading.hpp"

#include <llhttp.h>

#include <string>

using namespace eddy::http;
using eddy::ByteView;
using eddy::fuzz::require;
using eddy::http::testing::OwnedRequest;
using eddy::http::testing::Reading;
using eddy::http::testing::StreamReader;

namespace {

struct Witness {
  std::string body;
  bool complete = false;
};

int on_body(llhttp_t* parser, const char* at, std::size_t size) {
  static_cast<Witness*>(parser->data)->body.append(at, size);
  return 0;
}

int on_message_complete(llhttp_t* parser) {
  static_cast<Witness*>(parser->data)->complete = true;
  return HPE_PAUSED;
}

// llhttp may refuse what eddy takes - some of its releases do so wrongly, for chunk extensions and
// for methods - but it must never find another end.
void compare_with_llhttp(const OwnedRequest& request, ByteView octets) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_body = on_body;
  settings.on_message_complete = on_message_complete;
  Witness witness;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &witness;
  llhttp_errno_t code = llhttp_execute(&parser, octets.data(), octets.size());
  if (code != HPE_OK && code != HPE_PAUSED && code != HPE_PAUSED_UPGRADE) return;
  // After an upgrade that it believes in, llhttp leaves the body to others.
  if (parser.upgrade != 0) return;

  require(witness.complete, "llhttp waits for more than eddy does");
  require(witness.body == request.body, "llhttp finds another body");
  const char* end = llhttp_get_error_pos(&parser);
  require(code != HPE_PAUSED || end == octets.data() + octets.size(), "llhttp finds another end");
}

bool clean(const std::string& text) {
  return text.find_first_of(std::string("\r\n\0", 3)) == text.npos;
}

void check_grammar(const OwnedRequest& request) {
  require(!request.method.empty(), "a method has a name");
  require(request.path == "*" || request.path.starts_with('/'), "a path begins with a slash");
  require(clean(request.target), "a target has no line end");
  for (const auto& fields : {request.fields, request.trailers}) {
    for (const auto& [name, value] : fields) {
      require(!name.empty() && clean(name) && name.find(' ') == name.npos, "a name is a token");
      require(clean(value), "a value has no line end");
    }
  }
}

void check(const Reading& reading, ByteView octets) {
  require(reading.reason.find("llhttp") == std::string::npos, "llhttp takes what eddy takes");
  for (const OwnedRequest& request : reading.requests) {
    check_grammar(request);
    if (request.complete) compare_with_llhttp(request, octets.substr(0, request.octets));
    octets.remove_prefix(request.octets);
  }
}

Limits small_limits() {
  Limits limits;
  limits.max_request_line = 200;  // so that short inputs reach them
  limits.max_field = 200;
  limits.max_head = 600;
  limits.max_fields = 16;
  limits.max_chunk_extensions = 60;
  limits.max_trailers = 100;
  limits.max_trailer_fields = 4;
  limits.max_body_in_memory = 2000;
  return limits;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView octets = eddy::fuzz::view_of(data, size);
  static const Limits limits = small_limits();
  std::size_t first = eddy::fuzz::take_octet(octets);
  std::size_t step = 1 + eddy::fuzz::take_octet(octets) % 16;

  StreamReader whole(limits);
  whole.take(octets);
  StreamReader parts(limits);
  parts.take(octets.substr(0, first));
  for (std::size_t at = first; at < octets.size(); at += step)
    parts.take(octets.substr(at, step));

  require(whole.reading() == parts.reading(), "portions do not matter");
  check(whole.reading(), octets);
  return 0;
}
