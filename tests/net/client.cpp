// SPDX-License-Identifier: MIT
#include "client.hpp"

#include <algorithm>
#include <cstdlib>

namespace eddy::http::testing {

namespace {

/// Takes the octets up to and including `end` from `text`; all if it is not there.
std::string_view take_until(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  const std::size_t size = at == std::string_view::npos ? text.size() : at + end.size();
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

void take_chunks(std::string_view& text, Answer& answer) {
  for (;;) {
    const std::string line(take_until(text, "\r\n"));
    const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
    if (size == 0) break;
    answer.body.append(text.substr(0, size));
    text.remove_prefix(std::min(text.size(), size + 2));
  }
  while (!text.empty()) {
    const std::string_view line = take_until(text, "\r\n");
    if (line == "\r\n") break;
    answer.trailers.append(line);
  }
}

void take_body(std::string_view& text, Answer& answer) {
  constexpr std::string_view length_name = "Content-Length: ";
  const std::size_t length = answer.head.find(length_name);
  if (answer.has("Transfer-Encoding: chunked")) {
    take_chunks(text, answer);
  } else if (length != std::string::npos) {
    const std::size_t size =
        std::strtoul(answer.head.c_str() + length + length_name.size(), nullptr, 10);
    answer.body = text.substr(0, size);
    text.remove_prefix(std::min(size, text.size()));
  } else if (answer.status >= 200 && answer.status != 204 && answer.status != 304) {
    answer.body = text;
    text = {};
  }
}

}  // namespace

std::vector<Answer> Client::answers(const std::vector<std::size_t>& heads) const {
  std::vector<Answer> all;
  std::string_view text = text_;
  while (!text.empty()) {
    Answer answer;
    answer.head = take_until(text, "\r\n\r\n");
    answer.status = std::atoi(answer.head.substr(0, 12).substr(9).c_str());
    const bool bodiless = std::find(heads.begin(), heads.end(), all.size()) != heads.end();
    if (!bodiless) take_body(text, answer);
    all.push_back(std::move(answer));
  }
  return all;
}

std::string Client::statuses() const {
  std::string text;
  for (const Answer& answer : answers())
    text.append(text.empty() ? "" : " ").append(std::to_string(answer.status));
  return text;
}

Routes usual_routes() {
  Routes routes;
  routes.get("/", [] { return Response::static_text("hello"); });
  routes.post("/echo",
              [](const Request& request) { return Response::text(std::string(request.body())); });
  routes.get("/path/{rest...}",
             [](const Request& request) { return Response::text(std::string(request.path())); });
  return routes;
}

std::string reply_to(std::string_view octets) {
  Fixture t;
  Served served(t, usual_routes());
  served.client.send(octets);
  std::string reply = served.client.statuses();
  if (served.client.closed()) reply.append(reply.empty() ? "closed" : " closed");
  return reply;
}

std::string get(std::string_view path) {
  return std::string("GET ").append(path).append(" HTTP/1.1\r\nHost: h\r\n\r\n");
}

std::string post(std::string_view path, std::string_view body) {
  return std::string("POST ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: h\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n\r\n")
      .append(body);
}

}  // namespace eddy::http::testing
