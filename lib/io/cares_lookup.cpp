// SPDX-License-Identifier: MIT
#include "io/cares_lookup.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "io/cares_calls.hpp"

namespace eddy::detail {
namespace {

std::error_code code_of(int status) noexcept {
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENONAME:
      return DnsErrc::no_such_host;
    case ARES_ENODATA:
      return DnsErrc::no_address;
    case ARES_ESERVFAIL:
    case ARES_ECONNREFUSED:
    case ARES_ETIMEOUT:
      return DnsErrc::temporary_failure;
    case ARES_ENOMEM:
      return std::make_error_code(std::errc::not_enough_memory);
    case ARES_EBADNAME:
    case ARES_EBADFAMILY:
    case ARES_EBADSTR:
      return Errc::invalid;
    default:
      return DnsErrc::server_failure;
  }
}

/// The addresses and how long they hold, which is as long as the weakest link of the chain.
ResolveAnswer answer_of(const ares_addrinfo& found) {
  ResolveAnswer answer;
  int ttl = std::numeric_limits<int>::max();
  for (const ares_addrinfo_cname* alias = found.cnames; alias != nullptr; alias = alias->next)
    ttl = std::min(ttl, alias->ttl);
  for (const ares_addrinfo_node* node = found.nodes; node != nullptr; node = node->ai_next) {
    const Address address =
        Address::from_sockaddr(node->ai_addr, static_cast<std::size_t>(node->ai_addrlen));
    if (!address) continue;
    answer.addresses.push_back(address.with_port(0));
    ttl = std::min(ttl, node->ai_ttl);
  }
  answer.ttl = std::chrono::seconds(std::max(ttl, 0));
  return answer;
}

int milliseconds(Duration length) noexcept {
  constexpr std::chrono::milliseconds longest(std::numeric_limits<int>::max());
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(length);
  return static_cast<int>(std::clamp(count, std::chrono::milliseconds(1), longest).count());
}

/// Tells `channel` whom to ask.
int set_servers(ares_channel channel, const std::vector<Address>& servers) noexcept {
  if (servers.empty()) return ARES_SUCCESS;
  std::string list;
  for (const Address& each : servers) {
    if (!list.empty()) list += ',';
    list += each.to_string();
  }
  return ares_set_servers_ports_csv(channel, list.c_str());
}

}  // namespace

CaresLookup::CaresLookup(LoopCore& owner, Site where)
    : Pooled(owner, where), TimerEntry([](TimerEntry* entry) noexcept {
        static_cast<CaresLookup*>(entry)->process(ARES_SOCKET_BAD, false, false);
      }) {}

int CaresLookup::open_channel(SearchList search, const ResolverOptions& options) noexcept {
  ares_options settings{};
  int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  settings.flags = ARES_FLAG_NOALIASES;  // those are taken from the environment
  // No domains rather than ARES_FLAG_NOSEARCH, of which ares_getaddrinfo() takes no notice.
  if (search == SearchList::unused || !options.servers.empty()) given |= ARES_OPT_DOMAINS;
  settings.timeout = milliseconds(options.attempt_limit);
  settings.tries = static_cast<int>(std::clamp(options.attempts, 1u, 10u));
  settings.sock_state_cb = &on_socket;
  settings.sock_state_cb_data = this;
  const int status = ares_init_options(&channel_, &settings, given);
  if (status != ARES_SUCCESS) return status;
  ares_set_socket_functions(channel_, &cares_sockets, nullptr);
  return set_servers(channel_, options.servers);
}

void CaresLookup::start(const std::string& name,
                        AddressFamily family,
                        SearchList search,
                        const ResolverOptions& options) {
  const int status = open_channel(search, options);
  if (status == ARES_SUCCESS) {
    ares_addrinfo_hints hints{};
    hints.ai_family = family_number(family);
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &on_answer, this);
  } else {
    answer_ = Error(code_of(status), ares_strerror(status));
  }
  go_on();
}

void CaresLookup::process(int descriptor, bool readable, bool writable) noexcept {
  ares_process_fd(
      channel_, readable ? descriptor : ARES_SOCKET_BAD, writable ? descriptor : ARES_SOCKET_BAD);
  go_on();
}

void CaresLookup::go_on() noexcept {
  if (answer_) {
    stop();
    return settle(*std::exchange(answer_, std::nullopt));
  }
  timeval left{};
  if (ares_timeout(channel_, nullptr, &left) == nullptr) return;
  arm(*core, *this, std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec));
}

void CaresLookup::on_answer(void* self, int status, int, ares_addrinfo* found) noexcept {
  auto& lookup = *static_cast<CaresLookup*>(self);
  if (status == ARES_SUCCESS) {
    lookup.answer_ = answer_of(*found);
    ares_freeaddrinfo(found);
  } else if (status != ARES_EDESTRUCTION) {
    lookup.answer_ = Error(code_of(status));
  }
}

void CaresLookup::on_socket(void* self, int descriptor, int readable, int writable) noexcept {
  auto& lookup = *static_cast<CaresLookup*>(self);
  if (readable != 0 || writable != 0) {
    lookup.watch(descriptor, readable != 0, writable != 0);
  } else {
    lookup.release(descriptor);
  }
}

void CaresLookup::watch(int descriptor, bool readable, bool writable) {
  const auto known =
      std::find_if(sockets_.begin(), sockets_.end(), [descriptor](CaresSocket* each) {
        return each->descriptor() == descriptor;
      });
  int status = 0;
  CaresSocket* socket = nullptr;
  if (known != sockets_.end()) {
    socket = *known;
  } else {
    socket = new CaresSocket(*core->loop, *this, descriptor, site());
    status = socket->init();
    if (status == 0) {
      sockets_.push_back(socket);
    } else {
      socket->abandon();
    }
  }
  if (status == 0) status = socket->watch(readable, writable);
  // This is inside of c-ares: go_on() gives the failure when that has returned.
  if (status != 0) answer_ = uv_error(status);
}

void CaresLookup::release(int descriptor) noexcept {
  const auto known =
      std::find_if(sockets_.begin(), sockets_.end(), [descriptor](CaresSocket* each) {
        return each->descriptor() == descriptor;
      });
  if (known == sockets_.end()) return;
  CaresSocket* const socket = *known;
  sockets_.erase(known);
  socket->abandon();
}

void CaresLookup::stop() noexcept {
  disarm(*core, *this);
  if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
}

}  // namespace eddy::detail
