// SPDX-License-Identifier: MIT
#include <eddy/io/dns_error.hpp>

#include <string>

namespace eddy {
namespace {

class DnsCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "dns"; }
  std::string message(int code) const override {
    switch (static_cast<DnsErrc>(code)) {
      case DnsErrc::no_such_host:
        return "no such host";
      case DnsErrc::no_address:
        return "the host has no address of this family";
      case DnsErrc::temporary_failure:
        return "no name server has an answer for now";
      case DnsErrc::server_failure:
        return "the name server gives no usable answer";
    }
    return "unknown dns error " + std::to_string(code);
  }
  bool equivalent(int code, const std::error_condition& condition) const noexcept override {
    if (condition == make_error_condition(retryable)) {
      return code == static_cast<int>(DnsErrc::temporary_failure);
    }
    return std::error_category::equivalent(code, condition);
  }
};

constinit DnsCategory the_dns_category;

}  // namespace

const std::error_category& dns_category() noexcept {
  return the_dns_category;
}

}  // namespace eddy
