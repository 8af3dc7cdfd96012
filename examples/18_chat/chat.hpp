// SPDX-License-Identifier: MIT
//
// The client: what is typed goes to the server, what comes from there is shown.
#pragma once

#include <eddy/core/repeat.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/io/tcp.hpp>
#include <eddy/io/tty.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "prompt.hpp"

/// In a terminal there is a line to type in below what comes in; between pipes there is none.
class Chat {
 public:
  Chat(eddy::TcpStream server, eddy::Stream input, eddy::Stream output, std::string_view name);

  /// Uses the terminal for as long as this object lives.
  eddy::Result<void> use(eddy::Tty tty);
  /// Talks until the server has ended the conversation, which it does when all is typed.
  eddy::Future<void> talk();
  /// Ends talk() at once.
  void leave() { server_.close(); }

 private:
  eddy::Future<void> send_lines();
  eddy::Future<void> send_keys();
  eddy::Future<eddy::Next> take_keys(std::string_view keys);
  eddy::Future<void> hear();
  eddy::Future<void> show(const std::string& line);
  bool has_prompt() const;
  void draw();

  eddy::TcpStream server_;
  eddy::Stream input_;
  eddy::Stream output_;
  Prompt prompt_{"> "};
  std::optional<eddy::Tty> tty_;  // there is one in a terminal
  std::optional<eddy::TtyMode> mode_;
  std::optional<eddy::SignalWatcher> resized_;
  std::optional<eddy::SignalWatcher> continued_;
  eddy::Future<void> typing_;  // last, so that it dies first
};
