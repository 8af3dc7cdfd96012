// SPDX-License-Identifier: MIT
#include "room.hpp"

#include <eddy/core/repeat.hpp>

#include <utility>

using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Next;
using eddy::Stream;

namespace {

constexpr std::size_t longest_name = 20;
constexpr std::size_t longest_line = 500;
/// A client that is so far behind does not read; it is thrown out instead of filling the memory.
constexpr eddy::WaterMarks patience{.high = 64 * 1024, .low = 16 * 1024, .hard = 256 * 1024};

}  // namespace

Future<void> Room::on_client(Stream& client) {
  client.set_water_marks(patience);
  return client.read_line(longest_name)
      .then([this, &client](const std::string& name) { return talk(client, name); })
      .or_else(Errc::end_of_stream, [](const Error&) {});
}

Future<void> Room::talk(Stream& client, const std::string& name) {
  const Place place = clients_.insert(clients_.end(), &client);
  say(name + " is here");
  return eddy::repeat(
             loop(),
             [this, &client, name] {
               return client.read_line(longest_line).then([this, name](const std::string& line) {
                 say(name + ": " + line);
                 return Next::again;
               });
             })
      .finally([this, place, name] {
        say(name + " has left");
        clients_.erase(place);
      });
}

void Room::say(std::string_view line) {
  for (Stream* client : clients_) {
    client->write(line);
    client->write("\n");
  }
}
