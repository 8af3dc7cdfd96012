// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <eddy/base/address.hpp>
#include <eddy/base/error.hpp>
#include <eddy/base/log_writer.hpp>

#include <cerrno>
#include <limits>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

using namespace eddy;
using namespace eddy::test;
using namespace std::chrono_literals;

namespace {

struct Given {
  FixedClock clock;
  TemporaryFile file;

  log::Writer::Config config(log::Format format, log::Level level = log::Level::info) {
    log::Writer::Config config;
    config.level = level;
    config.format = format;
    config.output = file.descriptor();
    config.clock = &clock;
    return config;
  }
  /// What a record with one field looks like.
  std::string line(log::Format format, const log::Field& field) {
    {
      log::Writer writer(config(format));
      log::info("message", {field});
    }
    return file.text();
  }
};

std::string plain(const log::Field& field) {
  return Given().line(log::Format::plain, field);
}

std::string json(const log::Field& field) {
  std::string line = Given().line(log::Format::json, field);
  std::string_view head =
      R"({"timestamp":"2026-01-02T03:04:05.678Z","level":"info","message":"message","fields":)";
  REQUIRE(line.substr(0, head.size()) == head);
  REQUIRE(line.substr(line.size() - 2) == "}\n");
  return line.substr(head.size(), line.size() - head.size() - 2);
}

template <class Text>
concept log_message = std::is_convertible_v<Text, log::Message>;
template <class Value>
concept log_value = std::is_constructible_v<log::Field, std::string_view, Value>;

}  // namespace

// A message is a literal, so that it can be counted and searched for; what differs is a field.
static_assert(!log_message<std::string>);
static_assert(!log_message<const char*>);
static_assert(!log_message<std::string_view>);

static_assert(log_value<bool> && log_value<int> && log_value<unsigned long long>);
static_assert(log_value<double> && log_value<float> && log_value<Duration>);
static_assert(log_value<const char*> && log_value<std::string> && log_value<std::string_view>);
static_assert(log_value<const Error&> && log_value<const Address&>);
static_assert(!log_value<void*> && !log_value<std::nullptr_t> && !log_value<char>);

TEST_CASE("without a writer a record goes to stderr at once as a plain line") {
  CapturedStderr captured;

  log::warning("no writer yet", {{"count", 3}, {"peer", "some one"}});

  CHECK(captured.text() == "no writer yet count=3 peer=\"some one\"\n");
}

TEST_CASE("without a writer debug records are not kept") {
  CapturedStderr captured;

  log::debug("nobody sees this");

  CHECK_FALSE(log::enabled(log::Level::debug));
  CHECK(log::enabled(log::Level::info));
  CHECK(captured.text().empty());
}

TEST_CASE("a record costs nothing but a look at the level when it is not enabled") {
  Given given;
  log::Writer writer(given.config(log::Format::plain, log::Level::error));

  log::warning("too low");
  log::error("high enough");

  CHECK_FALSE(log::enabled(log::Level::warning));
  CHECK(writer.flush(1min));
  CHECK(given.file.text() == "high enough\n");
}

TEST_CASE("the level is that of no writer again after the writer is gone") {
  {
    Given given;
    log::Writer writer(given.config(log::Format::plain, log::Level::debug));
    REQUIRE(log::enabled(log::Level::debug));
  }

  CHECK_FALSE(log::enabled(log::Level::debug));
}

TEST_CASE("the stream format has time, level, message and fields") {
  std::string line = Given().line(log::Format::stream, {"port", 80});

  CHECK(line == "2026-01-02T03:04:05.678Z INFO message port=80\n");
}

TEST_CASE("the plain format has message and fields only") {
  CHECK(plain({"port", 80}) == "message port=80\n");
}

TEST_CASE("the color format colours the level and makes messages bold from warning up") {
  Given given;
  {
    log::Writer writer(given.config(log::Format::color));
    log::info("calm");
    log::warning("not so calm", {{"n", 1}});
  }

  CHECK(given.file.text() ==
        "\x1b[2m2026-01-02T03:04:05.678Z\x1b[0m \x1b[32mINFO\x1b[0m calm\n"
        "\x1b[2m2026-01-02T03:04:05.678Z\x1b[0m \x1b[33mWARNING\x1b[0m "
        "\x1b[1mnot so calm\x1b[0m n=1\n");
}

TEST_CASE("the json format has four keys, the fields apart from them") {
  Given given;
  {
    log::Writer writer(given.config(log::Format::json));
    log::critical("all \"gone\"", {{"a", 1}, {"b", "x"}});
    log::info("bare");
  }

  CHECK(given.file.text() ==
        R"({"timestamp":"2026-01-02T03:04:05.678Z","level":"critical","message":"all \"gone\"",)"
        R"("fields":{"a":1,"b":"x"}})"
        "\n"
        R"({"timestamp":"2026-01-02T03:04:05.678Z","level":"info","message":"bare","fields":{}})"
        "\n");
}

TEST_CASE("numbers and truths are written in full") {
  CHECK(plain({"n", std::numeric_limits<std::int64_t>::min()}) ==
        "message n=-9223372036854775808\n");
  CHECK(plain({"n", std::numeric_limits<std::uint64_t>::max()}) ==
        "message n=18446744073709551615\n");
  CHECK(plain({"n", 0.1}) == "message n=0.1\n");
  CHECK(plain({"n", true}) == "message n=true\n");
  CHECK(json({"n", -5}) == R"({"n":-5})");
  CHECK(json({"n", 2.5}) == R"({"n":2.5})");
  CHECK(json({"n", false}) == R"({"n":false})");
}

TEST_CASE("json has strings for numbers that it does not know") {
  CHECK(json({"n", std::numeric_limits<double>::infinity()}) == R"({"n":"inf"})");
  CHECK(json({"n", std::numeric_limits<double>::quiet_NaN()}) == R"({"n":"nan"})");
}

TEST_CASE("durations are exact seconds") {
  CHECK(plain({"took", 1500ms}) == "message took=1.5s\n");
  CHECK(plain({"took", 250us}) == "message took=0.00025s\n");
  CHECK(plain({"took", 2h}) == "message took=7200s\n");
  CHECK(plain({"took", -1ns}) == "message took=-0.000000001s\n");
  CHECK(json({"took", 1500ms}) == R"({"took":1.5})");
  CHECK(plain({"took", Duration::min()}) == "message took=-9223372036.854775808s\n");
}

TEST_CASE("errors and addresses are written as their text") {
  Error refused(std::errc::connection_refused, "connect 10.0.0.1:80");

  CHECK(plain({"error", refused}) == "message error=\"connect 10.0.0.1:80: Connection refused\"\n");
  CHECK(json({"peer", "[::1]:80"_addr}) == R"({"peer":"[::1]:80"})");
}

TEST_CASE("text is quoted in the text formats where it would not stand alone") {
  CHECK(plain({"k", "word"}) == "message k=word\n");
  CHECK(plain({"k", "two words"}) == "message k=\"two words\"\n");
  CHECK(plain({"k", ""}) == "message k=\"\"\n");
  CHECK(plain({"k", "a=b"}) == "message k=\"a=b\"\n");
  CHECK(plain({"k", "say \"hi\""}) == "message k=\"say \\\"hi\\\"\"\n");
  CHECK(plain({"k", "back\\slash"}) == "message k=\"back\\\\slash\"\n");
  CHECK(plain({"k", static_cast<const char*>(nullptr)}) == "message k=\"\"\n");
}

TEST_CASE("a log call leaves errno alone") {
  Given given;
  log::Writer writer(given.config(log::Format::plain));
  errno = ENOENT;

  log::info("message", {{"error", Error(Errc::closed)}});

  CHECK(errno == ENOENT);
}

TEST_CASE("a long text is cut, and the fields after it are kept") {
  std::string line = plain({"k", std::string(100'000, 'x')});
  Given given;
  {
    log::Writer writer(given.config(log::Format::json));
    log::info("m", {{"long", std::string(100'000, 'x')}, {"last", 1}});
  }

  CHECK(line == "message k=" + std::string(2048, 'x') + "\xe2\x80\xa6\n");
  CHECK(count_of(given.file.text(), R"(…","last":1}})") == 1);
}

TEST_CASE("fields for which a record has no room are left out, and the record says so") {
  std::string big(2000, 'x');
  auto record = [&](log::Format format) {
    Given given;
    {
      log::Writer writer(given.config(format));
      log::info("m", {{"a", big}, {"b", big}, {"c", big}, {"d", big}, {"e", big}, {"f", 1}});
    }
    return given.file.text();
  };

  std::string text = record(log::Format::plain);
  std::string object = record(log::Format::json);

  CHECK(text.substr(text.size() - 20) == "xxxx truncated=true\n");
  CHECK(count_of(text, " d=") == 1);
  CHECK(count_of(text, " e=") == 0);
  CHECK(object.substr(object.size() - 25) == "xxxx\"},\"truncated\":true}\n");
}

TEST_CASE("levels and formats are read by their names and no other") {
  CHECK(*log::parse_level("warning") == log::Level::warning);
  CHECK(*log::parse_format("json") == log::Format::json);
  CHECK(log::parse_level("loud").error() == Errc::invalid);
  CHECK(log::parse_level("loud").error().context() ==
        "log level \"loud\": expected one of debug, info, warning, error, critical");
  CHECK(log::parse_format("JSON").error().context() ==
        "log format \"JSON\": expected one of stream, color, plain, json");
}

TEST_CASE("each level has the name by which it is read") {
  CHECK(*log::parse_level(log::to_string(log::Level::debug)) == log::Level::debug);
  CHECK(*log::parse_level(log::to_string(log::Level::info)) == log::Level::info);
  CHECK(*log::parse_level(log::to_string(log::Level::warning)) == log::Level::warning);
  CHECK(*log::parse_level(log::to_string(log::Level::error)) == log::Level::error);
  CHECK(*log::parse_level(log::to_string(log::Level::critical)) == log::Level::critical);
}

TEST_CASE("what is no terminal gets the stream format") {
  TemporaryFile file;

  CHECK(log::default_format(file.descriptor()) == log::Format::stream);
}
