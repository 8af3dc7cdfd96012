// SPDX-License-Identifier: MIT
//
// The sample server: HTTP, lines over TCP, and statistics in the log, under one Supervisor.
#include "line_echo.hpp"
#include "options.hpp"
#include "report.hpp"
#include "routes.hpp"

#include <eddy/core/loop.hpp>
#include <eddy/core/task_dump.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/http_server.hpp>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

using eddy::HttpServer;
using eddy::Loop;
using eddy::Supervisor;
using sample::LineEcho;
using sample::Options;
using sample::Report;

namespace {

/// The one line on stdout; the log goes to stderr.
void announce(const HttpServer& http, const LineEcho& tcp) {
  std::printf("ready: http on %s, lines over tcp on %s\n",
              http.bound_address().to_string().c_str(),
              tcp.bound_address().to_string().c_str());
  std::fflush(stdout);
}

int serve(const Options& options) {
  eddy::log::Writer writer(
      {.level = options.log_level,
       .format = options.log_format.value_or(eddy::log::default_format(STDERR_FILENO))});
  eddy::Statistics statistics;
  Loop loop;
  Supervisor supervisor(loop);

  auto http = supervisor.add<HttpServer>({.listen = options.http,
                                          .routes = sample::make_routes(loop, statistics),
                                          .limits = {.idle = options.idle_timeout},
                                          .max_connections = options.max_connections,
                                          .statistics = &statistics});
  auto tcp = supervisor.add<LineEcho>({.listen = options.tcp,
                                       .max_connections = options.max_connections,
                                       .idle_limit = options.idle_timeout,
                                       .statistics = &statistics});
  http.name("http");
  tcp.name("tcp");
  supervisor.add<Report>({.http = http, .tcp = tcp}).name("report").after(http, tcp);

  supervisor.on_ready([http, tcp] { announce(*http.get(), *tcp.get()); });
  // kill -USR1 tells what every task waits for.
  const auto dump = eddy::dump_tasks_on_signal(loop, SIGUSR1);
  return supervisor.run();
}

}  // namespace

int main(int argc, char** argv) {
  auto options = sample::parse_options({argv + 1, argv + argc});
  if (!options) {
    std::fprintf(stderr, "sample_server: %s\n", std::string(options.error().context()).c_str());
    return eddy::exit_code::usage;
  }
  switch (options->wish) {
    case Options::Wish::serve:
      return serve(*options);
    case Options::Wish::help:
      std::fputs(sample::usage, stdout);
      return eddy::exit_code::success;
    case Options::Wish::version:
      std::puts("sample_server (eddy " EDDY_VERSION ")");
      return eddy::exit_code::success;
  }
}
