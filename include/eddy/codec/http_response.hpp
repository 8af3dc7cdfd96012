// SPDX-License-Identifier: MIT
//
// What a handler answers: a status, some fields and a body that is there as a whole.
//
// For a body that comes bit by bit see the net layer. How it looks on the wire: http_format.hpp.
#pragma once

#include <eddy/codec/http_header_lines.hpp>
#include <eddy/codec/http_status.hpp>

#include <string>

namespace eddy::http {

/// A response as a value. A small one makes no allocation.
///
/// The functions that add to it can be chained: `return Response::text("no\n").status(...)`.
class EDDY_EXPORT Response {
 public:
  /// 200 without a body.
  Response() noexcept = default;
  /// A response without a body. Throws as status() does.
  explicit Response(Status status);

  /// `body` as text/plain in UTF-8.
  static Response text(std::string body);
  /// The same for a text that lives as long as the program, such as a literal; it is not copied.
  static Response static_text(ByteView body) noexcept;
  static Response html(std::string body);
  /// `body` is JSON already.
  static Response json_text(std::string body);
  /// `body` as `content_type`. Throws as header() does.
  static Response bytes(std::string body, ByteView content_type);
  /// Sends the client to `location`. Throws as header() does.
  static Response redirect(ByteView location, Status status = Status::found);

  /// Throws Exception(Errc::invalid) unless `status` lies between 200 and 599.
  Response& status(Status status) &;
  Response&& status(Status status) && { return std::move(this->status(status)); }

  /// Adds a field; the same name may be added again, but for Content-Type.
  ///
  /// Throws Exception(Errc::invalid) if name or value could not be sent as one line, or if the
  /// field is one that the server writes: Connection, Content-Length, Date, Keep-Alive, Trailer,
  /// Transfer-Encoding, Upgrade.
  Response& header(ByteView name, ByteView value) &;
  Response&& header(ByteView name, ByteView value) && {
    return std::move(this->header(name, value));
  }

  /// Closes the connection after this response.
  Response& close() & noexcept;
  Response&& close() && noexcept { return std::move(this->close()); }

  Status status() const noexcept { return status_; }
  bool closes() const noexcept { return closes_; }
  ByteView body() const noexcept { return static_body_.data() ? static_body_ : ByteView(body_); }
  /// "Content-Type: ...\r\n", or empty if there is none or header() added it.
  ByteView content_type_line() const noexcept { return content_type_line_; }
  /// The lines that header() added.
  ByteView lines() const noexcept { return lines_.view(); }

 private:
  HeaderLines lines_;
  std::string body_;
  ByteView static_body_;        // instead of body_, if not null
  ByteView content_type_line_;  // a constant
  Status status_ = Status::ok;
  bool closes_ = false;
  bool own_content_type_ = false;  // lines_ has it
};

}  // namespace eddy::http
