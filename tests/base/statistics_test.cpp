// SPDX-License-Identifier: MIT
#include <eddy/base/statistics.hpp>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

using namespace eddy;

namespace {

struct ServerStatistic {
  Counter accepted;
  Gauge active;
  Histogram latency;

  void visit(auto&& field) const {
    field("accepted", accepted);
    field("active", active);
    field("latency", latency);
  }
};

class Listing final : public StatisticVisitor {
 public:
  void visit(std::string_view owner, std::string_view field, const Counter& counter) override {
    add(owner, field, std::to_string(counter.value()));
  }
  void visit(std::string_view owner, std::string_view field, const Gauge& gauge) override {
    add(owner, field, std::to_string(gauge.value()));
  }
  void visit(std::string_view owner, std::string_view field, const Histogram& histogram) override {
    add(owner, field, "#" + std::to_string(histogram.count()));
  }
  std::string text;

 private:
  void add(std::string_view owner, std::string_view field, const std::string& value) {
    text.append(owner).append(".").append(field).append("=").append(value).append(" ");
  }
};

std::string listing(const Statistics& statistics) {
  Listing listing;
  statistics.visit(listing);
  return listing.text;
}

}  // namespace

TEST_CASE("the numbers of a struct are listed under its owner's name while it is registered") {
  Statistics statistics;
  ServerStatistic http;
  REQUIRE(listing(statistics).empty());
  {
    Statistics::Registration registration = statistics.add("http", http);
    http.accepted += 3;
    http.active.set(-1);
    http.latency.record(std::uint64_t{5});

    CHECK(listing(statistics) == "http.accepted=3 http.active=-1 http.latency=#1 ");
  }

  CHECK(listing(statistics).empty());
}

TEST_CASE("owners are listed in the order in which they came, also under one name") {
  Statistics statistics;
  ServerStatistic first;
  ServerStatistic second;
  first.accepted += 1;
  second.accepted += 2;
  auto one = statistics.add("http", first);
  auto two = statistics.add("http", second);

  CHECK(listing(statistics) ==
        "http.accepted=1 http.active=0 http.latency=#0 "
        "http.accepted=2 http.active=0 http.latency=#0 ");
}

TEST_CASE("a registration can be moved, and replaced by another") {
  Statistics statistics;
  ServerStatistic http;
  ServerStatistic tcp;
  auto one = statistics.add("http", http);
  auto two = statistics.add("tcp", tcp);

  one = std::move(two);

  CHECK(listing(statistics) == "tcp.accepted=0 tcp.active=0 tcp.latency=#0 ");
  one = {};
  CHECK(listing(statistics).empty());
}

TEST_CASE("a registration may outlive the list") {
  ServerStatistic http;
  auto statistics = std::make_unique<Statistics>();
  auto registration = statistics->add("http", http);

  statistics.reset();
  registration = {};

  CHECK(http.accepted.value() == 0);
}

TEST_CASE("threads may come and go while another lists") {
  Statistics statistics;
  std::thread coming([&] {
    ServerStatistic mine;
    for (int i = 0; i < 2000; ++i) {
      auto registration = statistics.add("thread", mine);
      ++mine.accepted;
    }
  });

  for (int i = 0; i < 2000; ++i)
    listing(statistics);
  coming.join();

  CHECK(listing(statistics).empty());
}
