// SPDX-License-Identifier: MIT
//
// Compresses, and with -d decompresses: gzip [-d] [gzip|bzip2|xz|zstd] [FROM TO]. Without files it
// is a filter from its input to its output.
#include <eddy/core/loop.hpp>
#include <eddy/io/file_reader.hpp>
#include <eddy/io/file_writer.hpp>
#include <eddy/io/fs.hpp>
#include <eddy/io/standard_streams.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filter.hpp"

using eddy::Compression;
using eddy::Error;
using eddy::File;
using eddy::FileReader;
using eddy::FileWriter;
using eddy::Future;

namespace {

struct Request {
  bool decompress = false;
  Compression format = Compression::gzip;
  std::string from = {};
  std::string to = {};
};

std::optional<Compression> format_called(std::string_view name) {
  for (Compression format :
       {Compression::gzip, Compression::bzip2, Compression::xz, Compression::zstd})
    if (to_string(format) == name) return format;
  return std::nullopt;
}

std::optional<Request> parse(std::vector<std::string> words) {
  Request request;
  auto next = words.begin();
  request.decompress = next != words.end() && *next == "-d";
  if (request.decompress) ++next;
  if (next != words.end()) {
    if (const auto format = format_called(*next)) {
      request.format = *format;
      ++next;
    }
  }
  if (next == words.end()) return request;
  if (words.end() - next != 2) return std::nullopt;
  request.from = next[0];
  request.to = next[1];
  return request;
}

/// Reads, and writes as long as there is room: neither file is ever in memory as a whole.
Future<void> copy(eddy::Loop& loop, FileReader& from, FileWriter& to) {
  return eddy::repeat(loop,
                      [&from, &to] {
                        return from.read()
                            .then([&to](const std::string& piece) { return to.write(piece); })
                            .then([] { return eddy::Next::again; })
                            .or_else(eddy::Errc::end_of_stream,
                                     [](const Error&) { return eddy::Next::done; });
                      })
      .then([&to] { return to.close(); });
}

Future<void> convert(eddy::Loop& loop, const Request& request, File from, File to) {
  eddy::FileReaderOptions reading;
  eddy::FileWriterOptions writing;
  (request.decompress ? reading.decompress : writing.compress) = request.format;
  auto reader = std::make_unique<FileReader>(std::move(from), reading);
  auto writer = std::make_unique<FileWriter>(std::move(to), writing);
  Future<void> copied = copy(loop, *reader, *writer);
  return std::move(copied)
      .or_else([&loop, path = request.to](Error why) {
        return eddy::fs::remove(loop, path).then([why = std::move(why)]() -> eddy::Result<void> {
          return why;
        });
      })
      .attach(std::move(reader), std::move(writer));
}

/// What goes wrong on the way leaves no file that looks as if it were whole.
Future<void> convert_file(eddy::Loop& loop, const Request& request) {
  return eddy::open_file(loop, request.from).then([&loop, request](File from) {
    return eddy::open_file(loop, request.to, {.write = true, .create = true, .exclusive = true})
        .then([&loop, request, from = std::move(from)](File to) mutable {
          return convert(loop, request, std::move(from), std::move(to));
        });
  });
}

template <class Codec>
eddy::Result<void> run_filter(eddy::Loop& loop, Codec codec) {
  eddy::Result<eddy::Stream> input = eddy::standard_input(loop);
  if (!input) return std::move(input).error();
  eddy::Result<eddy::Stream> output = eddy::standard_output(loop);
  if (!output) return std::move(output).error();
  Filter<Codec> filter(std::move(codec), *std::move(input), *std::move(output));
  return loop.run_until(filter.run(loop));
}

eddy::Result<void> run(eddy::Loop& loop, const Request& request) {
  if (!request.from.empty()) return loop.run_until(convert_file(loop, request));
  if (request.decompress) {
    eddy::Result<eddy::Decompressor> codec = eddy::Decompressor::make(request.format);
    if (!codec) return std::move(codec).error();
    return run_filter(loop, Unpacking{*std::move(codec)});
  }
  eddy::Result<eddy::Compressor> codec = eddy::Compressor::make(request.format);
  if (!codec) return std::move(codec).error();
  return run_filter(loop, Packing{*std::move(codec)});
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Request> request = parse({argv + 1, argv + argc});
  if (!request) {
    std::fputs("usage: gzip [-d] [gzip|bzip2|xz|zstd] [FROM TO]\n", stderr);
    return 2;
  }
  eddy::Loop loop;
  const eddy::Result<void> result = run(loop, *request);
  if (result) return 0;
  std::fprintf(stderr, "gzip: %s\n", result.error().message().c_str());
  return 1;
}
