// SPDX-License-Identifier: MIT
#include "chat.hpp"

#include <csignal>
#include <utility>

using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Next;
using eddy::Result;
using eddy::TtyMode;

Chat::Chat(eddy::TcpStream server, eddy::Stream input, eddy::Stream output, std::string_view name)
    : server_(std::move(server)), input_(std::move(input)), output_(std::move(output)) {
  server_.write(std::string(name) + "\n");
}

Result<void> Chat::use(eddy::Tty tty) {
  tty_ = std::move(tty);
  Result<TtyMode> mode = tty_->mode(TtyMode::Kind::cbreak);
  if (!mode) return mode.error();
  mode_ = *std::move(mode);
  if (const auto size = tty_->size(); size && size->columns > 0) prompt_.set_width(size->columns);
  auto resized = tty_->on_resize(server_.loop(), [this](eddy::TtySize size) {
    prompt_.set_width(size.columns);
    draw();
  });
  if (!resized) return resized.error();
  resized_ = *std::move(resized);
  // After Ctrl-Z the shell has written something of its own.
  auto continued = eddy::SignalWatcher::watch(server_.loop(), SIGCONT, [this](int) { draw(); });
  if (!continued) return continued.error();
  continued_ = *std::move(continued);
  draw();
  return {};
}

Future<void> Chat::talk() {
  typing_ = (mode_ ? send_keys() : send_lines())
                .or_else(Errc::end_of_stream, [](const Error&) {})
                .then([this] { return server_.shutdown(); })
                .complete([](Result<void>&&) {});  // hear() tells what became of the server
  return hear()
      .or_else(Errc::end_of_stream, [](const Error&) {})
      .or_else(Errc::closed, [](const Error&) {})
      .finally([this] {
        if (has_prompt()) output_.write(Prompt::erase());
        return output_.shutdown();
      });
}

// What is typed.

Future<void> Chat::send_lines() {
  return eddy::repeat(input_.loop(), [this] {
    return input_.read_line().then([this](const std::string& line) {
      server_.write(line + "\n");
      return server_.drain().then([] { return Next::again; });
    });
  });
}

Future<void> Chat::send_keys() {
  return eddy::repeat(input_.loop(), [this] {
    return input_.read().then([this](const std::string& keys) { return take_keys(keys); });
  });
}

Future<Next> Chat::take_keys(std::string_view keys) {
  for (const std::string& line : prompt_.type(keys))
    server_.write(line + "\n");
  draw();
  return server_.drain().then([this] { return prompt_.ended() ? Next::done : Next::again; });
}

// What is heard.

Future<void> Chat::hear() {
  return eddy::repeat(server_.loop(), [this] {
    return server_.read_line()
        .then([this](const std::string& line) { return show(line); })
        .then([] { return Next::again; });
  });
}

/// The line takes the place of the prompt, which comes again below.
Future<void> Chat::show(const std::string& line) {
  if (has_prompt()) output_.write(Prompt::erase());
  output_.write(harmless(line) + "\n");
  draw();
  return output_.drain();  // a stopped terminal holds the server up, not the program
}

/// Not in the background, where the last line on the screen is the shell's.
bool Chat::has_prompt() const {
  return tty_ && tty_->foreground();
}

void Chat::draw() {
  if (has_prompt()) output_.write(prompt_.draw());
}
