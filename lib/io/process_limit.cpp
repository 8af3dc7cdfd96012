// SPDX-License-Identifier: MIT
#include <eddy/io/process_limit.hpp>

#include <utility>

#include "io/process_block.hpp"

namespace eddy {

using detail::ProcessBlock;

Future<Process> ProcessLimit::spawn(Loop& loop, Command command, Site site) {
  return places_.acquire(1, site).then(
      [&loop, command = std::move(command), site](Permit place) {
        return ProcessBlock::make(loop, command, std::move(place), site);
      },
      site);
}

Future<ProcessOutput> ProcessLimit::run(
    Loop& loop, Command command, std::string input, CommunicateOptions options, Site site) {
  return places_.acquire(1, site).then(
      [&loop, command = std::move(command), input = std::move(input), options, site](
          Permit place) mutable {
        return ProcessBlock::run(
            loop, std::move(command), std::move(input), options, std::move(place), site);
      },
      site);
}

}  // namespace eddy
