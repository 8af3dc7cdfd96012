// SPDX-License-Identifier: MIT
//
// The statistics line of the sample server.
#include "sample_server/report.hpp"

#include <eddy/kit/supervisor.hpp>
#include <eddy/testing/fixture.hpp>

#include <doctest/doctest.h>

#include <utility>

using namespace eddy;
using namespace eddy::literals;

TEST_CASE("a statistics line at an interval of zero is refused before anything starts") {
  testing::Fixture t;
  Supervisor::Options options;
  options.signals = false;
  options.raise_file_limit = false;
  Supervisor supervisor(t.loop, options);
  auto http = supervisor.add<HttpServer>({.listen = "127.0.0.1:0"_addr, .routes = {}});
  auto tcp = supervisor.add<sample::LineEcho>({.listen = "127.0.0.1:0"_addr});
  supervisor.add<sample::Report>({.http = http, .tcp = tcp, .interval = Duration::zero()});

  const Result<void> up = t.get(supervisor.start());

  REQUIRE_FALSE(up);
  CHECK(up.error() == Errc::invalid);
  CHECK(up.error().context() ==
        "configuration refused: service 'Report': interval must be more than zero");
  CHECK(http.state() == ServiceState::idle);
}
