// SPDX-License-Identifier: MIT
//
// A client that is meant to survive its network: a question a line, an answer a line, and a new
// connection where the old one did not bring it.
#pragma once

#include <eddy/core/loop.hpp>
#include <eddy/io/connect.hpp>

#include <string>
#include <utility>

/// Asks a server for prices, one at a time.
class Quotes {
 public:
  Quotes(eddy::Loop& loop, const eddy::Address& server) : loop_(loop), server_(server) {}

  /// The price of `name`. An attempt has two seconds; there are three, a second apart.
  eddy::Future<std::string> price(const std::string& name) { return attempt(name, 3); }

 private:
  eddy::Future<std::string> attempt(const std::string& name, int left) {
    using namespace std::chrono_literals;
    return ask(name).timeout(2s).or_else([this, name, left](const eddy::Error& error) {
      connection_ = {};  // a late answer must not be taken for that to the next question
      if (left == 1) return eddy::failed_future<std::string>(error);
      return loop_.sleep(1s).then([this, name, left] { return attempt(name, left - 1); });
    });
  }

  eddy::Future<std::string> ask(const std::string& name) {
    if (connection_.open()) return ask_now(name);
    return eddy::connect(loop_, server_).then([this, name](eddy::TcpStream made) {
      connection_ = std::move(made);
      return ask_now(name);
    });
  }

  eddy::Future<std::string> ask_now(const std::string& name) {
    connection_.write(name + "\n");
    return connection_.read_line().then(
        [name](const std::string& line) -> eddy::Result<std::string> {
          const std::string expected = name + " costs ";
          if (!line.starts_with(expected) || !line.ends_with('.')) {
            return eddy::Error(eddy::Errc::protocol, line);
          }
          return line.substr(expected.size(), line.size() - expected.size() - 1);
        });
  }

  eddy::Loop& loop_;
  eddy::Address server_;
  eddy::TcpStream connection_;
};
