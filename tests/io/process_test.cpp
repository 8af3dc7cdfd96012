// SPDX-License-Identifier: MIT
#include <eddy/core/task_group.hpp>
#include <eddy/io/process.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "own_folder.hpp"
#include "process_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

Command printing(std::vector<std::string> words) {
  Command command{.argv = {"/usr/bin/printf", "[%s]"}};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  return command;
}

}  // namespace

TEST_CASE("a child runs its program and tells how it ended") {
  ProcessFixture t;
  Process child = t.shell("read line; exit $line");
  Future<ExitStatus> ended = child.wait();
  CHECK_FALSE(t.poll(ended));
  CHECK(child.running());
  CHECK(child.pid() > 0);
  CHECK_FALSE(child.status().has_value());

  child.input().write("7\n");

  CHECK(t.get(std::move(ended)).value() == ExitStatus{.code = 7});
  CHECK_FALSE(child.running());
  CHECK(child.pid() == 0);
  CHECK(child.status() == ExitStatus{.code = 7});
}

TEST_CASE("several wait for one child, and who comes late gets the same") {
  ProcessFixture t;
  Process child = t.spawn({.argv = {"/bin/sh", "-c", "exit 3"}});
  Future<ExitStatus> one = child.wait();
  Future<ExitStatus> other = child.wait();

  CHECK(t.get(std::move(one))->code == 3);
  CHECK(t.get(std::move(other))->code == 3);
  Future<ExitStatus> late = child.wait();
  CHECK(late.ready());
  CHECK(t.get(std::move(late))->code == 3);
}

TEST_CASE("who cancels or drops its wait leaves the child and the others alone") {
  ProcessFixture t;
  Process child = t.shell("read line");
  TaskGroup group(t.loop);
  bool told = false;
  Task canceled = group.spawn("wait", child.wait().then([&](ExitStatus) { told = true; }));
  Future<ExitStatus> kept = child.wait();
  { const Future<ExitStatus> dropped = child.wait(); }

  canceled.cancel();
  CHECK_FALSE(t.poll(kept));
  child.input() = {};

  CHECK(t.get(std::move(kept)).has_value());
  CHECK_FALSE(told);
}

TEST_CASE("the streams of a child are its input, its output and its errors") {
  ProcessFixture t;
  Process child = t.shell("cat; echo warned >&2");

  child.input().write("through");
  CHECK(t.get(child.input().shutdown()));

  CHECK(t.all_of(child.output()) == "through");
  CHECK(t.all_of(child.errors()) == "warned\n");
  CHECK(t.get(child.wait())->success());
}

TEST_CASE("a dialogue: the next line is written when the prompt has come") {  // parity 14.8
  ProcessFixture t;
  Process child = t.shell("printf 'name? '; read name; printf \"hello $name, age? \"; read age");

  CHECK(*t.get(child.output().read_until("? ")) == "name? ");
  child.input().write("ann\n");
  CHECK(*t.get(child.output().read_until("? ")) == "hello ann, age? ");
  child.input().write("30\n");

  CHECK(t.get(child.wait())->success());
}

TEST_CASE("a stream of a child may be moved out and outlives it") {
  ProcessFixture t;
  Stream output;
  {
    Process child = t.shell("echo kept");
    output = std::move(child.output());
    CHECK(t.get(child.wait())->success());
  }

  CHECK(t.all_of(output) == "kept\n");
}

TEST_CASE("arguments reach the program as they are, no shell between") {
  ProcessFixture t;

  CHECK(t.output_of(printing({"a b", "", "$HOME", "'", "\n"})) == "[a b][][$HOME]['][\n]");
}

TEST_CASE("a shell interprets a text only if it is asked for by name") {
  ProcessFixture t;

  CHECK(t.output_of(Command::shell("echo $((6 * 7))")) == "42\n");
}

TEST_CASE("a program without a folder is found by PATH") {
  ProcessFixture t;

  CHECK(t.output_of({.argv = {"echo", "found"}}) == "found\n");
}

TEST_CASE("a child starts in the folder it is told, and a relative program counts from there") {
  ProcessFixture t;

  CHECK(t.output_of({.argv = {"pwd"}, .folder = "/usr"}) == "/usr\n");
  CHECK(t.output_of({.argv = {"./bin/printf", "here"}, .folder = "/usr"}) == "here");
}

TEST_CASE("an environment is inherited with changes") {
  ProcessFixture t;
  ::setenv("EDDY_TEST_KEPT", "kept", 1);
  ::setenv("EDDY_TEST_CHANGED", "before", 1);
  ::setenv("EDDY_TEST_REMOVED", "removed", 1);
  Command command = Command::shell(
      "echo $EDDY_TEST_KEPT $EDDY_TEST_CHANGED ${EDDY_TEST_REMOVED-none} \"$EDDY_TEST_NEW\"");
  command.environment.set = {
      {"EDDY_TEST_CHANGED", "lost"}, {"EDDY_TEST_NEW", "a = b"}, {"EDDY_TEST_CHANGED", "after"}};
  command.environment.unset = {"EDDY_TEST_REMOVED"};

  CHECK(t.output_of(command) == "kept after none a = b\n");
}

TEST_CASE("an environment can be exactly what is set") {
  ProcessFixture t;
  const ChildEnvironment exact{.inherit = false, .set = {{"ONE", "1"}, {"EMPTY", ""}}};
  const ChildEnvironment twice{.inherit = false, .set = {{"A", "1"}, {"B", "2"}, {"A", "3"}}};

  CHECK(t.output_of({.argv = {"/usr/bin/env"}, .environment = exact}) == "ONE=1\nEMPTY=\n");
  CHECK(t.output_of({.argv = {"/usr/bin/env"}, .environment = twice}) == "B=2\nA=3\n");
  CHECK(t.output_of({.argv = {"/usr/bin/env"}, .environment = {.inherit = false}}).empty());
}

TEST_CASE("input is nothing by default") {
  ProcessFixture t;
  Command command{.argv = {"cat"}};
  command.output = ChildStdio::stream();
  Process child = t.spawn(command);

  CHECK(t.all_of(child.output()).empty());
  CHECK_FALSE(child.input().open());
  CHECK(t.get(child.wait())->success());
}

TEST_CASE("output and errors are those of this process by default") {
  ProcessFixture t;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int kept = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);

  CHECK(t.get(t.spawn(Command::shell("echo ours >&2")).wait())->success());
  ::dup2(kept, STDERR_FILENO);

  ::close(ends[1]);
  char text[32] = "";
  CHECK(::read(ends[0], text, sizeof text) == 5);
  CHECK(std::string(text) == "ours\n");
  ::close(ends[0]);
  ::close(kept);
}

TEST_CASE("standard descriptors can be files, read, made, emptied or added to") {
  ProcessFixture t;
  using Mode = ChildStdio::FileMode;
  const OwnFolder folder;
  folder.put("in", "from a file\n");
  Command command = Command::shell("cat; echo wrong >&2");
  command.input = ChildStdio::file(folder / "in", Mode::read);
  command.output = ChildStdio::file(folder / "out", Mode::append);
  command.errors = ChildStdio::file(folder / "err", Mode::write);

  CHECK(t.get(t.spawn(command).wait())->success());
  CHECK(t.get(t.spawn(command).wait())->success());

  CHECK(folder.content("out") == "from a file\nfrom a file\n");
  CHECK(folder.content("err") == "wrong\n");
  command.errors = ChildStdio::file(folder / "err", Mode::make_new);
  const Result<Process> refused = Process::spawn(t.loop, command);
  CHECK(refused.error() == std::errc::file_exists);
  CHECK(refused.error().context() == "start /bin/sh: errors: " + folder / "err");
}

TEST_CASE("a FIFO whose other side is open is what a file is, and makes a reader wait") {
  ProcessFixture t;
  using Mode = ChildStdio::FileMode;
  const OwnFolder folder;
  const std::string fifo = folder / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const int both = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  Command writes{.argv = {"echo", "kept"}};
  writes.output = ChildStdio::file(fifo, Mode::write);
  Command reads = Command::shell("read line; echo $line; grep flags /proc/self/fdinfo/0");
  reads.input = ChildStdio::file(fifo, Mode::read);
  reads.output = ChildStdio::stream();

  CHECK(t.get(t.spawn(writes).wait())->success());
  Process reader = t.spawn(reads);
  const std::string read = t.all_of(reader.output());

  CHECK(read.starts_with("kept\nflags:\t0"));
  CHECK((std::stoi(read.substr(read.find('\t')), nullptr, 8) & O_NONBLOCK) == 0);
  CHECK(t.get(reader.wait())->success());
  ::close(both);
}

TEST_CASE("errors of a child's streams name the stream") {
  ProcessFixture t;
  Process child = t.shell("read line");

  child.output().write("wrong way");
  child.errors().write("wrong way");

  CHECK(t.get(child.output().shutdown()).error().context() == "output of a child");
  CHECK(t.get(child.errors().shutdown()).error().context() == "errors of a child");
}

TEST_CASE("a descriptor of ours can be a child's output, and stays ours") {
  ProcessFixture t;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Command command{.argv = {"echo", "through a pipe"}};
  command.output = ChildStdio::descriptor(ends[1]);

  CHECK(t.get(t.spawn(command).wait())->success());
  CHECK(::close(ends[1]) == 0);

  char text[32] = "";
  CHECK(::read(ends[0], text, sizeof text) == 15);
  CHECK(std::string(text) == "through a pipe\n");
  ::close(ends[0]);
}

TEST_CASE("errors can go where the output goes") {
  ProcessFixture t;
  Command command = Command::shell("echo one; echo two >&2; echo three");
  command.errors = ChildStdio::merged();

  CHECK(t.output_of(command) == "one\ntwo\nthree\n");
}

TEST_CASE("a child can open its output anew, for it is a pipe") {
  ProcessFixture t;

  CHECK(t.output_of(Command::shell("echo again > /dev/stdout")) == "again\n");
}

TEST_CASE("descriptors are passed as 3, 4 and so on, whatever their numbers are here") {
  ProcessFixture t;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Command command = Command::shell("echo three >&3; echo four >&4");
  command.descriptors = {ends[1], ends[1]};

  CHECK(t.get(t.spawn(command).wait())->success());

  char text[32] = "";
  CHECK(::read(ends[0], text, sizeof text) == 11);
  CHECK(std::string(text) == "three\nfour\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("input and output of a child can be exchanged with the numbers of our own") {
  ProcessFixture t;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Command command = Command::shell("echo to errors >&2; echo to output");
  command.output = ChildStdio::descriptor(STDERR_FILENO);
  command.errors = ChildStdio::descriptor(ends[1]);

  const int kept = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  CHECK(t.get(t.spawn(command).wait())->success());
  ::dup2(kept, STDERR_FILENO);

  char text[32] = "";
  CHECK(::read(ends[0], text, sizeof text) == 20);
  CHECK(std::string(text) == "to errors\nto output\n");
  ::close(ends[0]);
  ::close(ends[1]);
  ::close(kept);
}
