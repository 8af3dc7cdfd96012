// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

using eddy::Result;
using namespace std::chrono_literals;

namespace sample {

const char* const usage =
    "usage: sample_server [OPTION...]\n"
    "\n"
    "Serves HTTP, echoes lines over TCP, and logs a line of statistics every ten seconds.\n"
    "\n"
    "  --http ADDRESS:PORT    where to serve HTTP (127.0.0.1:8080)\n"
    "  --tcp ADDRESS:PORT     where to echo lines (127.0.0.1:8081)\n"
    "  --max-connections N    of each of the two servers; the next ones wait (10000)\n"
    "  --idle-timeout TIME    close connections that are idle for so long, as 500ms, 15s or 2m;\n"
    "                         0 is never (15s)\n"
    "  --log-level LEVEL      debug, info, warning, error or critical (info)\n"
    "  --log-format FORMAT    stream, color, plain or json (color on a terminal, else stream)\n"
    "  --help                 print this and exit\n"
    "  --version              print the version and exit\n"
    "\n"
    "An ADDRESS is an IPv4 address or an IPv6 address in brackets; 0.0.0.0 is all of IPv4,\n"
    "[::] all of IPv6. Port 0 takes a free port.\n"
    "SIGINT and SIGTERM stop the server in order, a second one at once.\n";

namespace {

constexpr std::size_t most_connections = 1'000'000;
constexpr auto longest_timeout = 24h;

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

eddy::Error mistake(const std::string& sentence) {
  return {eddy::make_error_code(eddy::Errc::invalid), sentence};
}

/// Reads a number from the front of `text`, and removes it there.
std::optional<std::size_t> take_number(std::string_view& text) {
  std::size_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

Result<std::size_t> parse_connections(std::string_view text) {
  std::string_view rest = text;
  std::optional<std::size_t> number = take_number(rest);
  if (number && rest.empty() && *number >= 1 && *number <= most_connections) return *number;
  return mistake("expected a number from 1 to 1000000, not " + quoted(text));
}

Result<eddy::Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  std::optional<std::size_t> number = take_number(rest);
  auto limit = static_cast<std::size_t>(std::chrono::milliseconds(longest_timeout).count());
  if (number && *number <= limit) {
    auto count = static_cast<long>(*number);
    eddy::Duration time = -1s;
    if (rest == "ms") time = std::chrono::milliseconds(count);
    if (rest == "s" || rest.empty()) time = std::chrono::seconds(count);
    if (rest == "m") time = std::chrono::minutes(count);
    if (time >= 0s && time <= longest_timeout) return time;
  }
  return mistake("expected a time of at most a day, as 500ms, 15s or 2m, not " + quoted(text));
}

template <class T, class Target>
Result<void> store(Result<T> parsed, Target& target) {
  if (!parsed) return std::move(parsed).error();
  target = *parsed;
  return {};
}

/// An option that takes a value: its name, and what to do with the value.
struct Option {
  std::string_view name;
  Result<void> (*read)(std::string_view value, Options& options);
};

constexpr Option options_with_value[] = {
    {"--http",
     [](auto text, auto& all) {
       return store(eddy::Address::parse(text), all.http);
     }},
    {"--tcp",
     [](auto text, auto& all) {
       return store(eddy::Address::parse(text), all.tcp);
     }},
    {"--max-connections",
     [](auto text, auto& all) {
       return store(parse_connections(text), all.max_connections);
     }},
    {"--idle-timeout",
     [](auto text, auto& all) {
       return store(parse_duration(text), all.idle_timeout);
     }},
    {"--log-level",
     [](auto text, auto& all) {
       return store(eddy::log::parse_level(text), all.log_level);
     }},
    {"--log-format",
     [](auto text, auto& all) {
       return store(eddy::log::parse_format(text), all.log_format);
     }},
};

const Option* find_option(std::string_view name) {
  for (const Option& option : options_with_value) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

}  // namespace

Result<Options> parse_options(std::span<const char* const> arguments) {
  Options options;
  while (!arguments.empty()) {
    std::string_view name = arguments.front();
    arguments = arguments.subspan(1);
    if (name == "--help" || name == "-h") options.wish = Options::Wish::help;
    if (name == "--version") options.wish = Options::Wish::version;
    if (options.wish != Options::Wish::serve) return options;

    std::optional<std::string_view> value;
    if (std::size_t equals = name.find('='); equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    const Option* option = find_option(name);
    if (option == nullptr) return mistake("unknown option " + quoted(name) + ", see --help");
    if (!value) {
      if (arguments.empty()) return mistake(std::string(name) + " needs a value, see --help");
      value = arguments.front();
      arguments = arguments.subspan(1);
    }
    Result<void> read = option->read(*value, options);
    if (!read) return std::move(read).error().with(name);
  }
  return options;
}

}  // namespace sample
