// SPDX-License-Identifier: MIT
//
// All of a program's input, output and errors at once, so that neither side waits for the other.
#include <eddy/core/all.hpp>
#include <eddy/core/repeat.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "io/process_block.hpp"
#include "io/stream_base.hpp"

namespace eddy {
namespace detail {
namespace {

/// So much input is written at a time, for a stream takes no more than WaterMarks::hard.
constexpr std::size_t piece_size = 64 * 1024;

/// One communicate(). The chain that it makes owns it.
class Exchange {
 public:
  Exchange(Loop& loop,
           CountedPtr<ProcessRef> process,
           ProcessBlock::Streams streams,
           std::string input,
           CommunicateOptions options)
      : loop_(loop),
        process_(std::move(process)),
        options_(options),
        input_(std::move(input)),
        streams_(std::move(streams)) {}

  Future<ProcessOutput> run(Future<ExitStatus> ended, Site site) {
    if (streams_[0].open()) writing_ = write_all();
    Future<void> reading =
        all(collect(streams_[1], made_.output), collect(streams_[2], made_.errors)).then([](auto) {
        });
    return std::move(ended)
        .then(
            [this, reading = std::move(reading)](ExitStatus status) mutable {
              made_.status = status;
              return std::move(reading)
                  .timeout(options_.grace)
                  .or_else(Errc::timed_out, [this](const Error&) { made_.cut = true; });
            },
            site)
        .then([this] { return result(); }, site);
  }

 private:
  /// That the program does not want it all is its own affair.
  Future<void> write_all() {
    return repeat(loop_,
                  [this] {
                    const std::string_view rest = std::string_view(input_).substr(written_);
                    streams_[0].write(rest.substr(0, piece_size));
                    written_ += std::min(rest.size(), piece_size);
                    return streams_[0].drain().then(
                        [this] { return written_ == input_.size() ? Next::done : Next::again; });
                  })
        .then([this] { return streams_[0].shutdown(); })
        .or_else([](const Error&) {});
  }

  Future<void> collect(Stream& from, std::string& into) {
    if (!from.open()) return ready_future();
    return repeat(loop_,
                  [this, &from, &into] {
                    return from.read()
                        .then([this, &from, &into](const std::string& bytes) {
                          if (bytes.size() > options_.limit - into.size()) return refuse(from);
                          into += bytes;
                          return Next::again;
                        })
                        .or_else(Errc::end_of_stream, [](const Error&) { return Next::done; });
                  })
        .or_else([this, &from](Error&& error) { fail(from, std::move(error)); });
  }

  Next refuse(Stream& from) {
    fail(
        from,
        Error(Errc::too_large, "it wrote more than " + std::to_string(options_.limit) + " octets"));
    return Next::done;
  }

  /// Nobody reads on: the program must not wait for that for ever.
  void fail(Stream& from, Error error) {
    ProcessBlock* const block = process_->block;
    if (block != nullptr) error = std::move(error).with(block->program());
    if (!failed_) failed_ = std::move(error);
    from.close();
    if (block != nullptr) block->kill();
  }

  Result<ProcessOutput> result() {
    if (failed_) return *std::move(failed_);
    return std::move(made_);
  }

  Loop& loop_;
  CountedPtr<ProcessRef> process_;
  const CommunicateOptions options_;
  const std::string input_;
  std::size_t written_ = 0;
  ProcessOutput made_;
  std::optional<Error> failed_;
  ProcessBlock::Streams streams_;
  Future<void> writing_;
};

}  // namespace

Future<ProcessOutput> ProcessBlock::communicate(std::string input,
                                                CommunicateOptions options,
                                                Site site) {
  core_.check_thread();
  const auto refuse = [this, site](Error why) {
    ValueNode<ProcessOutput>* node = ReadyNode<ProcessOutput>::make(core_, site, std::move(why));
    return make_future(node);
  };
  if (core_.loop == nullptr) return refuse(Error(Errc::closed, "process"));
  if (!input.empty() && StreamBase::of_handle(streams_.front()) == nullptr) {
    return refuse(Error(Errc::invalid, program_ + ": its input is no stream that is here"));
  }
  auto exchange = std::make_unique<Exchange>(
      core_.loop->loop, ref_, std::exchange(streams_, Streams()), std::move(input), options);
  Future<ProcessOutput> done = exchange->run(wait(site), site);
  return std::move(done).attach(std::move(exchange));
}

Future<ProcessOutput> ProcessBlock::run(Loop& loop,
                                        Command command,
                                        std::string input,
                                        CommunicateOptions options,
                                        Permit permit,
                                        Site site) {
  command.input = input.empty() ? ChildStdio::null() : ChildStdio::stream();
  command.output = ChildStdio::stream();
  if (command.errors.kind() != ChildStdio::Kind::merged) command.errors = ChildStdio::stream();
  Result<Process> process = make(loop, command, std::move(permit), site);
  if (!process) return failed_future<ProcessOutput>(std::move(process).error(), site);
  Future<ProcessOutput> done = process->communicate(std::move(input), options, site);
  return std::move(done).attach(*std::move(process));
}

}  // namespace detail

Future<ProcessOutput> run_command(
    Loop& loop, Command command, std::string input, CommunicateOptions options, Site site) {
  return detail::ProcessBlock::run(
      loop, std::move(command), std::move(input), options, Permit(), site);
}

}  // namespace eddy
