// SPDX-License-Identifier: MIT
#include <eddy/testing/main.hpp>
