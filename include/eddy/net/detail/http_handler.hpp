// SPDX-License-Identifier: MIT
//
// Makes one kind of object of all the forms a handler may have; see net/routes.hpp.
//
// Not for users.
#pragma once

#include <eddy/net/body_reader.hpp>
#include <eddy/net/http_request.hpp>
#include <eddy/net/response_writer.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace eddy::http::detail {

enum class HandlerForm : std::uint8_t {
  plain,      // respond()
  future,     // answer()
  streaming,  // stream()
};

/// A handler whose type is forgotten. Only the function of its form is called.
class EDDY_EXPORT Handler {
 public:
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler();

  virtual Response respond(const Request& request);
  virtual Future<Response> answer(Request&& request, BodyReader* body);
  virtual Future<void> stream(Request&& request, BodyReader* body, ResponseWriter&& out);

  HandlerForm form() const noexcept { return form_; }
  /// Whether it is started before its body has come.
  bool reads_body() const noexcept { return reads_body_; }

 protected:
  Handler(HandlerForm form, bool reads_body) noexcept : form_(form), reads_body_(reads_body) {}

 private:
  HandlerForm form_;
  bool reads_body_;
};

template <class F>
concept PlainHandler = requires(F& f, const Request& request) {
  { f(request) } -> std::convertible_to<Response>;
}
|| requires(F& f) {
  { f() } -> std::convertible_to<Response>;
};

template <class F, class T, class... Args>
concept Gives = requires(F& f, Args&&... args) {
  { f(std::forward<Args>(args)...) } -> std::same_as<Future<T>>;
};

template <class F>
concept FutureHandler = Gives<F, Response, Request> || Gives<F, Response, const Request&> ||
    Gives<F, Response> || Gives<F, Response, Request, BodyReader>;

template <class F>
concept StreamingHandler =
    Gives<F, void, Request, ResponseWriter> || Gives<F, void, Request, BodyReader, ResponseWriter>;

template <class F>
class PlainHandlerOf final : public Handler {
 public:
  explicit PlainHandlerOf(F&& function)
      : Handler(HandlerForm::plain, false), function_(std::move(function)) {}
  Response respond(const Request& request) override {
    if constexpr (std::invocable<F&, const Request&>) {
      return function_(request);
    } else {
      return function_();
    }
  }

 private:
  F function_;
};

template <class F>
class FutureHandlerOf final : public Handler {
  static constexpr bool streams = Gives<F, Response, Request, BodyReader>;

 public:
  explicit FutureHandlerOf(F&& function)
      : Handler(HandlerForm::future, streams), function_(std::move(function)) {}
  Future<Response> answer(Request&& request, [[maybe_unused]] BodyReader* body) override {
    if constexpr (streams) {
      return function_(std::move(request), std::move(*body));
    } else if constexpr (std::invocable<F&, const Request&>) {
      // It takes a reference, so the Request must live as long as its work does.
      auto kept = std::make_unique<Request>(std::move(request));
      const Request& reference = *kept;
      return function_(reference).attach(std::move(kept));
    } else if constexpr (std::invocable<F&, Request>) {
      return function_(std::move(request));
    } else {
      return function_();
    }
  }

 private:
  F function_;
};

template <class F>
class StreamingHandlerOf final : public Handler {
  static constexpr bool streams = Gives<F, void, Request, BodyReader, ResponseWriter>;

 public:
  explicit StreamingHandlerOf(F&& function)
      : Handler(HandlerForm::streaming, streams), function_(std::move(function)) {}
  Future<void> stream(Request&& request,
                      [[maybe_unused]] BodyReader* body,
                      ResponseWriter&& out) override {
    if constexpr (streams) {
      return function_(std::move(request), std::move(*body), std::move(out));
    } else {
      return function_(std::move(request), std::move(out));
    }
  }

 private:
  F function_;
};

template <class F>
std::shared_ptr<Handler> make_handler(F function) {
  if constexpr (FutureHandler<F>) {
    return std::make_shared<FutureHandlerOf<F>>(std::move(function));
  } else if constexpr (StreamingHandler<F>) {
    return std::make_shared<StreamingHandlerOf<F>>(std::move(function));
  } else {
    static_assert(PlainHandler<F>,
                  "a handler is Response(const Request&), Future<Response>(Request[, BodyReader]) "
                  "or Future<void>(Request[, BodyReader], ResponseWriter)");
    return std::make_shared<PlainHandlerOf<F>>(std::move(function));
  }
}

}  // namespace eddy::http::detail
