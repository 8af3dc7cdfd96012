// SPDX-License-Identifier: MIT
//
// Pages of a catalogue, read one by one, priced several at once, inside a session that is opened
// and closed.
#include <eddy/core/async_generator.hpp>
#include <eddy/core/iterate.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/with.hpp>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using eddy::Future;
using eddy::Next;
using namespace std::chrono_literals;

namespace {

/// What stands for a connection to a shop.
struct Session {
  int pages_read = 0;
};

struct Offer {
  std::string name;
  int cents = 0;
};

class Shop {
 public:
  explicit Shop(eddy::Loop& loop) : loop_(loop) {}

  /// Resolves when the cheap offers were printed and the session is closed.
  Future<void> list_cheap(int most) {
    auto session = eddy::resource(
        [this] { return open(); },
        [this](Session& open, eddy::Outcome outcome) { return close(open, outcome); });
    return eddy::with(session, [this, most](Session& open) {
      return catalogue(open)
          .flatten()
          .map([this](std::string name) { return price(std::move(name)); })
          .buffered(4)
          .filter([](const Offer& offer) { return offer.cents < 500; })
          .take(static_cast<std::size_t>(most))
          .for_each([](const Offer& offer) {
            std::printf("%s: %d cents\n", offer.name.c_str(), offer.cents);
          });
    });
  }

 private:
  Future<Session> open() {
    return loop_.sleep(5ms).then([] {
      std::puts("session opened");
      return Session();
    });
  }
  Future<void> close(Session& session, eddy::Outcome outcome) {
    const bool well = outcome == eddy::Outcome::value;
    return loop_.sleep(5ms).then([&session, well] {
      std::printf(
          "session closed %s after %d pages\n", well ? "in order" : "early", session.pages_read);
    });
  }

  /// The pages of the shop, each when it is asked for.
  eddy::AsyncIterator<std::vector<std::string>> catalogue(Session& session) {
    using Page = std::vector<std::string>;
    return eddy::AsyncGenerator<Page>([this, &session](eddy::Yielder<Page>& yield) {
      return eddy::repeat(loop_,
                          [this, &session, &yield] {
                            return read_page(++session.pages_read)
                                .then([&yield](Page page) { return yield(std::move(page)); })
                                .then([&session] {
                                  return session.pages_read < 100 ? Next::again : Next::done;
                                });
                          })
          .finally([] { std::puts("catalogue put away"); });
    });
  }

  Future<std::vector<std::string>> read_page(int number) {
    const std::string page = std::to_string(number);
    return loop_.sleep(2ms, std::vector<std::string>{"pen " + page, "book " + page});
  }
  Future<Offer> price(std::string name) {
    const int cents = name.front() == 'p' ? 120 : 1900;
    return loop_.sleep(10ms, Offer{std::move(name), cents});
  }

  eddy::Loop& loop_;
};

}  // namespace

int main() {
  eddy::Loop loop;
  Shop shop(loop);
  const eddy::Result<void> result = loop.run_until(shop.list_cheap(3));
  if (!result) std::printf("failed: %s\n", result.error().message().c_str());
  return result ? 0 : 1;
}
