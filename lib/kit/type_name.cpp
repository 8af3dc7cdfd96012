// SPDX-License-Identifier: MIT
#include "type_name.hpp"

#include <cstdlib>
#include <memory>
#include <string_view>

#include <cxxabi.h>

namespace eddy::detail {

std::string plain_type_name(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> full(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
  const std::string_view name = full ? full.get() : mangled;
  // "shop::Cart<shop::Item>" is a "Cart<shop::Item>"; "(anonymous namespace)" ends in ::, too.
  const std::size_t arguments = name.find('<');
  const std::size_t scope = name.substr(0, arguments).rfind("::");
  return std::string(scope == std::string_view::npos ? name : name.substr(scope + 2));
}

}  // namespace eddy::detail
