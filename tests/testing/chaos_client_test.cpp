// SPDX-License-Identifier: MIT
//
// The table of network faults for the connections of robust clients, with and without TLS.
#include <eddy/services/robust_tcp_client.hpp>
#include <eddy/services/robust_tls_client.hpp>

#include "testing/fault_subjects.hpp"
#include "testing/fault_table.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace eddy::testing::faults;

namespace {

using Plain = ThroughClient<RobustTcpClient, ThroughTcp>;
using Secured = ThroughClient<RobustTlsClient, ThroughTls>;

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(network_reset, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(reset_of_a_writer, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(destroyed_in_reset, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(cut_by_end, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(cut_by_reset, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(half_close, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(stalled_writer, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(idle_in_a_partition, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(partition_that_ends, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(octet_by_octet, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(jitter, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(corruption, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(refused_connection, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(unreachable_target, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(dropped_wait, Plain, Secured);
TEST_CASE_TEMPLATE_INVOKE(gone_in_a_partition, Plain, Secured);
