// SPDX-License-Identifier: MIT
//
// The main() of the test program.
#include <eddy/testing/main.hpp>
