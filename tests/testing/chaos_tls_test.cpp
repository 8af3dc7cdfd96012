// SPDX-License-Identifier: MIT
//
// The table of network faults for TLS over TCP.
#include "testing/fault_subjects.hpp"
#include "testing/fault_table.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace eddy::testing::faults;

TEST_CASE_TEMPLATE_INVOKE(network_reset, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(reset_of_a_writer, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(destroyed_in_reset, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(cut_by_end, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(cut_by_reset, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(half_close, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(stalled_writer, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(idle_in_a_partition, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(partition_that_ends, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(octet_by_octet, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(jitter, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(corruption, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(refused_connection, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(unreachable_target, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(dropped_wait, ThroughTls);
TEST_CASE_TEMPLATE_INVOKE(gone_in_a_partition, ThroughTls);
