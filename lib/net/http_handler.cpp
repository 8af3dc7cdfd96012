// SPDX-License-Identifier: MIT
#include <eddy/net/detail/http_handler.hpp>

namespace eddy::http::detail {

namespace {
constexpr const char* wrong_form = "a handler is called by the function of its form";
}

Handler::~Handler() = default;

Response Handler::respond(const Request& /*request*/) {
  EDDY_ASSERT(form_ == HandlerForm::plain, wrong_form);
  return Response(Status::internal_server_error);
}

Future<Response> Handler::answer(Request&& /*request*/, BodyReader* /*body*/) {
  EDDY_ASSERT(form_ == HandlerForm::future, wrong_form);
  return failed_future<Response>(Errc::invalid);
}

Future<void> Handler::stream(Request&& /*request*/,
                             BodyReader* /*body*/,
                             ResponseWriter&& /*out*/) {
  EDDY_ASSERT(form_ == HandlerForm::streaming, wrong_form);
  return failed_future<void>(Errc::invalid);
}

}  // namespace eddy::http::detail
