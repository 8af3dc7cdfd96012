// SPDX-License-Identifier: MIT
//
// Everything that makes, adapts and reads an AsyncIterator.
//
//     from(urls).map(fetch).buffered(4).for_each(store)
//
// The parts may be included one by one. Lazy: nothing is asked before somebody asks the end of the
// chain. Each step is of constant cost in blocks of the loop's pool, whatever the number of items.
#pragma once

#include <eddy/core/iterate/buffered.hpp>
#include <eddy/core/iterate/chunk.hpp>
#include <eddy/core/iterate/for_each.hpp>
#include <eddy/core/iterate/from.hpp>
#include <eddy/core/iterate/map.hpp>
#include <eddy/core/iterate/merge.hpp>
#include <eddy/core/iterate/pace.hpp>
#include <eddy/core/iterate/zip.hpp>
