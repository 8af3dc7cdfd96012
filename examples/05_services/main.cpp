// SPDX-License-Identifier: MIT
//
// Counts visitors by name: a service of our own, and an HTTP server that needs it.
//
// services [ADDRESS:PORT]
#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/http_server.hpp>

#include <cstdio>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

using eddy::Env;
using eddy::Future;
using eddy::Next;
using eddy::StopReason;
using eddy::http::Request;
using eddy::http::Response;
using eddy::http::Routes;
using namespace std::chrono_literals;
namespace log = eddy::log;

namespace {

/// Remembers how often each name came, for a while.
class Memory final : public eddy::Service {
 public:
  struct Config {
    eddy::Required<eddy::Duration> keep;  ///< then everything is forgotten
    eddy::Duration warm_up = 100ms;       ///< stands for opening a file or a database
    std::size_t max_names = 10'000;

    std::vector<std::string> validate() const {
      if (*keep > 0s) return {};
      return {"keep must be more than zero"};
    }
  };

  Memory(Env& env, const Config& config) : Service(env), config_(config) {}

  Future<void> start() override {
    return loop().sleep(config_.warm_up).then([this] {
      spawn_vital("forget", eddy::repeat(loop(), [this] { return forget_once(); }));
      log::info("memory is open");
    });
  }

  Future<void> stop(StopReason why) override {
    log::info("memory is closed", {{"names", visits_.size()}});
    return Service::stop(std::move(why));  // stops the tasks
  }

  unsigned count(const std::string& name) {
    if (visits_.size() >= config_.max_names) visits_.clear();
    return ++visits_[name];
  }

 private:
  Future<Next> forget_once() {
    return loop().sleep(config_.keep).then([this] {
      visits_.clear();
      return Next::again;
    });
  }

  Config config_;
  std::unordered_map<std::string, unsigned> visits_;
};

using MemoryHandle = eddy::ServiceHandle<Memory>;

Routes routes_with(const MemoryHandle& memory) {
  Routes routes;
  routes.get("/visit/{name}", [memory](const Request& request) {
    Memory* open = memory.get();  // null while it is made anew
    if (open == nullptr) return Response(eddy::http::Status::service_unavailable);
    std::string name = request.parameter("name");
    return Response::text(name + ", visit " + std::to_string(open->count(name)) + "\n");
  });
  return routes;
}

}  // namespace

int main(int argc, char** argv) {
  auto listen = eddy::Address::parse(argc > 1 ? argv[1] : "127.0.0.1:8080");
  if (!listen) {
    std::fprintf(stderr, "%s\n", listen.error().message().c_str());
    return eddy::exit_code::usage;
  }
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  MemoryHandle memory = supervisor.add<Memory>({.keep = 10min});
  memory.restart(eddy::Restart::on_failure).stop_grace(5s);
  supervisor.add<eddy::HttpServer>({.listen = *listen, .routes = routes_with(memory)})
      .name("api")
      .after(memory);
  return supervisor.run();
}
