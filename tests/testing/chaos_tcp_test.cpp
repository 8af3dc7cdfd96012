// SPDX-License-Identifier: MIT
//
// The table of network faults for plain TCP streams.
#include "testing/fault_subjects.hpp"
#include "testing/fault_table.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace eddy::testing::faults;

TEST_CASE_TEMPLATE_INVOKE(network_reset, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(reset_of_a_writer, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(destroyed_in_reset, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(cut_by_end, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(cut_by_reset, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(half_close, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(stalled_writer, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(idle_in_a_partition, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(partition_that_ends, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(octet_by_octet, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(jitter, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(corruption, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(refused_connection, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(unreachable_target, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(dropped_wait, ThroughTcp);
TEST_CASE_TEMPLATE_INVOKE(gone_in_a_partition, ThroughTcp);
