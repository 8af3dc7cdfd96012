// SPDX-License-Identifier: MIT
#include <eddy/base/error.hpp>

#include "immortal.hpp"

#include <atomic>
#include <vector>

namespace eddy {

namespace detail {

/// What copies of an Error share.
struct ErrorDetail {
  std::atomic<std::uint32_t> references{1};
  std::string context;
  std::exception_ptr exception;
  std::vector<Site> trace;
};

}  // namespace detail

namespace {

/// The first places say where it went wrong.
constexpr std::size_t max_trace = 32;

/// The file without its directories.
std::string_view name_of(const char* file) noexcept {
  const std::string_view path = file;
  return path.substr(path.rfind('/') + 1);
}

class EddyCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "eddy"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::canceled:
        return "canceled";
      case Errc::timed_out:
        return "timed out";
      case Errc::broken_promise:
        return "promise dropped without a value";
      case Errc::stalled:
        return "the loop ran out of work";
      case Errc::closed:
        return "closed";
      case Errc::end_of_stream:
        return "end of stream";
      case Errc::too_large:
        return "too large";
      case Errc::overloaded:
        return "overloaded";
      case Errc::protocol:
        return "protocol error";
      case Errc::exception:
        return "exception";
      case Errc::invalid:
        return "invalid";
      case Errc::truncated:
        return "the connection ended too early";
    }
    return "unknown eddy error " + std::to_string(code);
  }
  std::error_condition default_error_condition(int code) const noexcept override {
    switch (static_cast<Errc>(code)) {
      case Errc::canceled:
        return std::errc::operation_canceled;
      case Errc::timed_out:
        return std::errc::timed_out;
      case Errc::invalid:
        return std::errc::invalid_argument;
      default:
        return {code, *this};
    }
  }
};

bool is_any(const std::error_code& code, std::initializer_list<std::errc> values) noexcept {
  for (std::errc value : values) {
    if (code == value) return true;
  }
  return false;
}

bool is_any(const std::error_code& code, std::initializer_list<Errc> values) noexcept {
  for (Errc value : values) {
    if (code == make_error_code(value)) return true;
  }
  return false;
}

bool is_retryable(const std::error_code& code) noexcept {
  return is_any(code, {Errc::timed_out, Errc::overloaded, Errc::end_of_stream, Errc::truncated}) ||
         is_any(code,
                {std::errc::connection_refused,
                 std::errc::connection_reset,
                 std::errc::connection_aborted,
                 std::errc::broken_pipe,
                 std::errc::timed_out,
                 std::errc::host_unreachable,
                 std::errc::network_unreachable,
                 std::errc::network_down,
                 std::errc::network_reset,
                 std::errc::resource_unavailable_try_again,
                 std::errc::interrupted,
                 std::errc::too_many_files_open,
                 std::errc::too_many_files_open_in_system,
                 std::errc::no_buffer_space,
                 std::errc::not_enough_memory,
                 std::errc::device_or_resource_busy});
}

bool is_peer_gone(const std::error_code& code) noexcept {
  return is_any(code, {Errc::end_of_stream, Errc::truncated}) ||
         is_any(code,
                {std::errc::connection_reset,
                 std::errc::connection_aborted,
                 std::errc::broken_pipe,
                 std::errc::not_connected});
}

bool is_misuse(const std::error_code& code) noexcept {
  return is_any(code, {Errc::broken_promise, Errc::invalid, Errc::stalled}) ||
         is_any(code,
                {std::errc::invalid_argument,
                 std::errc::bad_file_descriptor,
                 std::errc::bad_address,
                 std::errc::not_a_socket,
                 std::errc::already_connected});
}

class ConditionCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "eddy.condition"; }
  std::string message(int condition) const override {
    switch (static_cast<ErrorCondition>(condition)) {
      case ErrorCondition::retryable:
        return "may succeed when tried again";
      case ErrorCondition::peer_gone:
        return "the peer is gone";
      case ErrorCondition::misuse:
        return "the call makes no sense";
    }
    return "unknown eddy condition " + std::to_string(condition);
  }
  bool equivalent(const std::error_code& code, int condition) const noexcept override {
    switch (static_cast<ErrorCondition>(condition)) {
      case ErrorCondition::retryable:
        return is_retryable(code);
      case ErrorCondition::peer_gone:
        return is_peer_gone(code);
      case ErrorCondition::misuse:
        return is_misuse(code);
    }
    return false;
  }
};

constinit detail::Immortal<EddyCategory> the_eddy_category;
constinit detail::Immortal<ConditionCategory> the_condition_category;

std::string text_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& thrown) {
    return thrown.what();
  } catch (...) {
    return "not a std::exception";
  }
}

}  // namespace

const std::error_category& eddy_category() noexcept {
  return the_eddy_category.value;
}
const std::error_category& condition_category() noexcept {
  return the_condition_category.value;
}

Error::Error(std::error_code code, std::string_view context) : code_(code) {
  if (context.empty()) return;
  detail_ = new detail::ErrorDetail;
  detail_->context = context;
}

Error::Error(std::exception_ptr exception) : code_(Errc::exception) {
  EDDY_ASSERT(exception != nullptr, "an Error is not made of an exception_ptr that is null");
  try {
    std::rethrow_exception(exception);
  } catch (const Exception& carrier) {
    *this = carrier.error();
  } catch (...) {
    detail_ = new detail::ErrorDetail;
    detail_->exception = std::move(exception);
  }
}

Error::Error(const Error& other) noexcept : code_(other.code_), detail_(other.detail_) {
  if (detail_ != nullptr) detail_->references.fetch_add(1, std::memory_order_relaxed);
}

void Error::release() noexcept {
  if (detail_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete detail_;
}

std::string_view Error::context() const noexcept {
  return detail_ == nullptr ? std::string_view() : std::string_view(detail_->context);
}

std::exception_ptr Error::exception() const noexcept {
  return detail_ == nullptr ? nullptr : detail_->exception;
}

std::string Error::message() const {
  std::string text(context());
  if (!text.empty()) text += ": ";
  text += code_.message();
  if (std::exception_ptr thrown = exception()) text += ": " + text_of(thrown);
  return text;
}

std::span<const Site> Error::trace() const noexcept {
  return detail_ == nullptr ? std::span<const Site>() : std::span<const Site>(detail_->trace);
}

std::string Error::trace_text() const {
  std::string text;
  for (const Site& site : trace()) {
    if (!text.empty()) text += " < ";
    text.append(name_of(site.file)).append(":").append(std::to_string(site.line));
  }
  return text;
}

void Error::passed(Site site) {
  if (trace().size() == max_trace) return;
  if (detail_ == nullptr || detail_->references.load(std::memory_order_acquire) != 1) {
    Error own(code_);  // copies may be on other threads
    own.detail_ = new detail::ErrorDetail;
    own.detail_->context = context();
    own.detail_->exception = exception();
    own.detail_->trace.assign(trace().begin(), trace().end());
    std::swap(detail_, own.detail_);
  }
  detail_->trace.push_back(site);
}

Error Error::with(std::string_view context) const& {
  if (context.empty()) return *this;
  Error wider(code_);
  wider.detail_ = new detail::ErrorDetail;
  wider.detail_->context = context;
  if (!this->context().empty()) wider.detail_->context.append(": ").append(this->context());
  wider.detail_->exception = exception();
  wider.detail_->trace.assign(trace().begin(), trace().end());
  return wider;
}

Error Error::with(std::string_view context) && {
  return std::as_const(*this).with(context);
}

void Error::raise() const {
  if (std::exception_ptr thrown = exception()) std::rethrow_exception(thrown);
  throw Exception(*this);
}

Exception::Exception(Error error) : error_(std::move(error)), text_(error_.message()) {}
Exception::Exception(const Exception&) noexcept = default;
Exception::~Exception() = default;
const char* Exception::what() const noexcept {
  return text_.c_str();
}

}  // namespace eddy
