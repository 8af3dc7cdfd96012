// SPDX-License-Identifier: MIT
#include "llhttp_opinion.hpp"

#include <llhttp.h>

namespace eddy::http::detail {

namespace {

int note_headers_complete(llhttp_t* parser) {
  *static_cast<bool*>(parser->data) = true;
  return 1;  // no body: what follows the head is not llhttp's business
}

constexpr llhttp_settings_t settings = [] {
  llhttp_settings_t all{};
  all.on_headers_complete = note_headers_complete;
  return all;
}();

/// A parser that has seen nothing: a copy of it costs less than llhttp_init().
llhttp_t fresh_parser() noexcept {
  static const llhttp_t fresh = [] {
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    return parser;
  }();
  return fresh;
}

bool fine(llhttp_errno_t code) noexcept {
  return code == HPE_OK || code == HPE_PAUSED_UPGRADE;
}

}  // namespace

bool llhttp_accepts(ByteView head, ByteView method) noexcept {
  bool complete = false;
  llhttp_t parser = fresh_parser();
  parser.data = &complete;
  if (!method.empty()) {
    ByteView shown = "POST";
    if (!fine(llhttp_execute(&parser, shown.data(), shown.size()))) return false;
    head.remove_prefix(static_cast<std::size_t>(method.data() - head.data()) + method.size());
  }
  return fine(llhttp_execute(&parser, head.data(), head.size())) && complete;
}

}  // namespace eddy::http::detail
