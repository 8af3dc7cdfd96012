// SPDX-License-Identifier: MIT
//
// hardening 241 and 242: names that come from somebody else stay in their directory, by the
// kernel's own rule and, where that is missing, by going part by part.
#include <eddy/io/directory.hpp>
#include <eddy/io/fs.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Which way a test opens: as this kernel does, or as one without openat2.
struct ByKernel {
  const Fault fault;
};
struct ByParts {
  const Fault fault{FaultyCall::open2, ENOSYS};
};

void link(FileFixture& t, const std::string& target, const std::string& path) {
  REQUIRE(::symlink(target.c_str(), (t.directory / path).c_str()) == 0);
}

/// site/index, site/sub/page, and secret beside site.
Directory a_site(FileFixture& t) {
  REQUIRE(t.get(fs::mkdirs(t.loop, t.directory / "site/sub")));
  t.directory.put("site/index", "index");
  t.directory.put("site/sub/page", "page");
  t.directory.put("secret", "secret");
  return t.get(Directory::open(t.loop, t.directory / "site")).value();
}

std::string content(FileFixture& t, const Directory& in, std::string path, Symlinks symlinks) {
  File file = t.get(in.open_beneath(t.loop, std::move(path), {}, symlinks)).value();
  return t.get(file.read_at(0, 100)).value();
}

Error refusal(FileFixture& t,
              const Directory& in,
              std::string path,
              Symlinks symlinks = Symlinks::refuse) {
  return t.get(in.open_beneath(t.loop, std::move(path), {}, symlinks)).error();
}

}  // namespace

TEST_CASE_TEMPLATE("files in the directory and below it are opened", Way, ByKernel, ByParts) {
  FileFixture t;
  const Directory site = a_site(t);
  const Way way;

  CHECK(content(t, site, "index", Symlinks::refuse) == "index");
  CHECK(content(t, site, "sub/page", Symlinks::refuse) == "page");
  CHECK(content(t, site, "./sub//../index", Symlinks::refuse) == "index");
  CHECK(site.path() == t.directory / "site");
}

// hardening 241
TEST_CASE_TEMPLATE("a path that leads out is refused", Way, ByKernel, ByParts) {
  FileFixture t;
  const Directory site = a_site(t);
  const Way way;

  CHECK(refusal(t, site, "../secret") == std::errc::cross_device_link);
  CHECK(refusal(t, site, "sub/../../secret") == std::errc::cross_device_link);
  CHECK(refusal(t, site, t.directory / "secret") == std::errc::cross_device_link);
  CHECK(refusal(t, site, "//etc/passwd") == std::errc::cross_device_link);
  CHECK(refusal(t, site, std::string("index\0.html", 11)) == Errc::invalid);
  CHECK(refusal(t, site, "") == Errc::invalid);
}

// hardening 241: decoded once by whoever got it, a second time by nobody
TEST_CASE_TEMPLATE("a path is taken as it is: nothing in it is decoded", Way, ByKernel, ByParts) {
  FileFixture t;
  const Directory site = a_site(t);
  const Way way;
  const auto missing = std::errc::no_such_file_or_directory;

  CHECK(refusal(t, site, "%2e%2e/secret") == missing);
  CHECK(refusal(t, site, "%252e%252e/secret") == missing);
  CHECK(refusal(t, site, "..\\secret") == missing);
  CHECK(refusal(t, site, "\xc0\xae\xc0\xae/secret") == missing);
}

// hardening 242
TEST_CASE_TEMPLATE("symbolic links are refused by default, on the way and at its end",
                   Way,
                   ByKernel,
                   ByParts) {
  FileFixture t;
  const Directory site = a_site(t);
  link(t, "index", "site/link");
  link(t, "sub", "site/way");
  link(t, "../secret", "site/out");
  const Way way;
  const auto links = std::errc::too_many_symbolic_link_levels;

  CHECK(refusal(t, site, "link") == links);
  CHECK(refusal(t, site, "way/page") == links);
  CHECK(refusal(t, site, "out") == links);
}

// hardening 242
TEST_CASE_TEMPLATE("symbolic links are followed if that is wanted, as long as they stay inside",
                   Way,
                   ByKernel,
                   ByParts) {
  FileFixture t;
  const Directory site = a_site(t);
  link(t, "index", "site/link");
  link(t, "sub/../sub/", "site/way");
  link(t, "../index", "site/sub/back");
  link(t, "../secret", "site/out");
  link(t, "/etc/passwd", "site/absolute");
  link(t, "circle", "site/circle");
  link(t, "index/", "site/no-directory");
  const Way way;

  CHECK(content(t, site, "link", Symlinks::inside) == "index");
  CHECK(content(t, site, "way/page", Symlinks::inside) == "page");
  CHECK(content(t, site, "sub/back", Symlinks::inside) == "index");
  CHECK(refusal(t, site, "out", Symlinks::inside) == std::errc::cross_device_link);
  CHECK(refusal(t, site, "absolute", Symlinks::inside) == std::errc::cross_device_link);
  CHECK(refusal(t, site, "circle", Symlinks::inside) == std::errc::too_many_symbolic_link_levels);
  CHECK(refusal(t, site, "no-directory", Symlinks::inside) == std::errc::not_a_directory);
}

// hardening 243
TEST_CASE_TEMPLATE("a directory, a FIFO and a file on the way are refused without waiting",
                   Way,
                   ByKernel,
                   ByParts) {
  FileFixture t;
  const Directory site = a_site(t);
  REQUIRE(::mkfifo((t.directory / "site/fifo").c_str(), 0600) == 0);
  const Way way;

  CHECK(refusal(t, site, "sub") == std::errc::is_a_directory);
  CHECK(refusal(t, site, "sub/..") == std::errc::is_a_directory);
  CHECK(refusal(t, site, "fifo") == std::errc::operation_not_supported);
  CHECK(refusal(t, site, "index/x") == std::errc::not_a_directory);
  CHECK(refusal(t, site, "index/") == std::errc::not_a_directory);
  CHECK(refusal(t, site, "index/.") == std::errc::not_a_directory);
}

TEST_CASE_TEMPLATE("files can be made in the directory", Way, ByKernel, ByParts) {
  FileFixture t;
  const Directory site = a_site(t);
  const Way way;
  const OpenOptions creating{.write = true, .create = true};

  File made = t.get(site.open_beneath(t.loop, "sub/new", creating)).value();
  CHECK(t.get(made.write_at(0, "new")));

  CHECK(t.directory.content("site/sub/new") == "new");
  CHECK(t.get(site.open_beneath(t.loop, "../new", creating)).error() ==
        std::errc::cross_device_link);
  CHECK(t.directory.names() == "secret site");
}

// hardening 242: no check and then an open, so there is nothing in between
TEST_CASE_TEMPLATE("a directory that is swapped for a link meanwhile leads nowhere",
                   Way,
                   ByKernel,
                   ByParts) {
  FileFixture t;
  const Directory site = a_site(t);
  CHECK(t.get(fs::remove_all(t.loop, t.directory / "site/sub")));
  link(t, "..", "site/sub");
  const Way way;

  CHECK(refusal(t, site, "sub/secret") == std::errc::too_many_symbolic_link_levels);
  CHECK(refusal(t, site, "sub/secret", Symlinks::inside) == std::errc::cross_device_link);
}

TEST_CASE("a directory that was renamed is still the one that was opened") {
  FileFixture t;
  const Directory site = a_site(t);

  CHECK(t.get(fs::rename(t.loop, t.directory / "site", t.directory / "moved")));

  CHECK(content(t, site, "index", Symlinks::refuse) == "index");
}

TEST_CASE("only a directory is opened as one") {
  FileFixture t;

  CHECK(t.get(Directory::open(t.loop, t.directory.put("a"))).error() == std::errc::not_a_directory);
  CHECK(t.get(Directory::open(t.loop, t.directory / "no")).error() ==
        std::errc::no_such_file_or_directory);
}
