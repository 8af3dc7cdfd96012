// SPDX-License-Identifier: MIT
//
// A name server for tests, in a thread of its own: does with each question what the script says.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/function.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace eddy::testing {

/// What somebody asked.
struct Question {
  std::string wire{};  // the whole message
  std::string name{};  // "example.org", as it was written
  int type = 0;
  bool tcp = false;

  bool ipv4() const noexcept { return type == 1; }
};

/// A message to send back.
struct Reply {
  std::string wire;
  bool from_elsewhere = false;  // over UDP: from another port than was asked
};

struct Record {
  std::string name;
  int type = 0;
  std::uint32_t ttl = 0;
  std::string data;
};

Record a_record(std::string_view name, std::string_view address, std::uint32_t ttl = 60);
Record aaaa_record(std::string_view name, std::string_view address, std::uint32_t ttl = 60);
Record cname_record(std::string_view name, std::string_view target, std::uint32_t ttl = 60);

enum class Rcode { no_error = 0, format = 1, server_failure = 2, no_such_name = 3, refused = 5 };

/// The answer to `question` with these records.
Reply reply(const Question& question, const std::vector<Record>& records = {}, Rcode code = {});
/// Says that the answer is too long for a datagram.
Reply truncated(const Question& question);
/// The same message with another number.
Reply with_other_id(Reply reply);

/// Thread: made and destroyed on the test's; the script runs in the server's.
class NameServer {
 public:
  using Script = Function<std::vector<Reply>(const Question&)>;

  explicit NameServer(Script script);
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer();

  Address address() const { return address_; }
  /// How many questions came, over TCP among them.
  int asked() const noexcept { return asked_; }
  /// Waits until so many questions came: those that were sent may still be on their way.
  void wait_until_asked(int times) const noexcept;
  int asked_over_tcp() const noexcept { return asked_over_tcp_; }

 private:
  void serve();
  void serve_datagram();
  void serve_connection();
  std::vector<Reply> ask(std::string wire, bool tcp);

  Script script_;
  int udp_ = -1;
  int elsewhere_;
  int tcp_ = -1;
  int wake_;
  Address address_;
  std::atomic<int> asked_ = 0;
  std::atomic<int> asked_over_tcp_ = 0;
  std::thread thread_;
};

}  // namespace eddy::testing
