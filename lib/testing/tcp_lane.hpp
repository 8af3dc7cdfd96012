// SPDX-License-Identifier: MIT
//
// One direction of one connection of a TcpProxy. Private to testing.
#pragma once

#include <eddy/core/timer.hpp>
#include <eddy/testing/tcp_proxy_statistic.hpp>

#include <deque>
#include <string>

#include "testing/pacer.hpp"
#include "testing/tcp_settings.hpp"

namespace eddy::testing::inner {

class TcpLink;

/// Carries what one stream receives to another.
///
/// Octets wait in `waiting_` until the bandwidth lets them go, then they are in `line_` until they
/// are due, each piece at its own time. Ends and resets go the same way.
class TcpLane final : public ByteSink {
 public:
  struct Between {
    Stream& from;
    Stream& to;
    const LaneSettings& settings;
    ProxyTrafficStatistic& statistic;
    std::uint64_t seed;
  };
  TcpLane(TcpLink& link, const Between& between);
  TcpLane(const TcpLane&) = delete;
  TcpLane& operator=(const TcpLane&) = delete;
  ~TcpLane() override;

  /// Both streams are there.
  void start();
  /// Both streams are about to be closed.
  void stop() noexcept;

  // A setting has changed.
  void latency_changed();
  void bandwidth_changed();
  void cut_changed();

  void half_close();
  /// Does what is due.
  void pump() noexcept;
  /// The end of the stream has been sent.
  bool finished() const noexcept { return finished_; }

 private:
  enum class Item : std::uint8_t { octets, end, reset };
  struct Piece {
    TimePoint due;
    Item item;
    std::string octets{};
  };

  void on_bytes(ByteView bytes) noexcept override;
  void on_end() noexcept override;
  void on_error(const Error& error) noexcept override;
  void on_drained() noexcept override;

  bool transform(std::string& octets) noexcept;
  void close_with(Item item) noexcept;
  void dispatch(Item item, std::string octets);
  void let_go();
  void deliver_due() noexcept;
  void deliver(const Piece& piece) noexcept;
  void deliver_octets(ByteView octets) noexcept;
  void deliver_end();
  void cut_when_sent() noexcept;
  void control_flow() noexcept;
  void arm() noexcept;
  void drop(std::size_t count) noexcept { statistic_.dropped += count; }
  std::size_t held() const noexcept;
  TimePoint now() const noexcept;

  TcpLink& link_;
  Stream& from_;
  Stream& to_;
  const LaneSettings& settings_;
  ProxyTrafficStatistic& statistic_;
  Random chance_of_octets_;
  Random chance_of_pieces_;
  Pacer pacer_;
  Buffer waiting_;
  std::deque<Piece> line_;
  std::size_t in_line_ = 0;          // octets
  Item closing_ = Item::octets;      // else what follows the last octet
  bool closing_dispatched_ = false;  // and is in line_, or was
  bool started_ = false;
  bool paused_ = false;
  bool cutting_ = false;  // as soon as the last octets have been sent
  bool finished_ = false;
  std::uint64_t until_cut_;
  Timer timer_;
  Future<void> shutdown_;
};

}  // namespace eddy::testing::inner
