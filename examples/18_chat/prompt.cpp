// SPDX-License-Identifier: MIT
#include "prompt.hpp"

#include <utility>

namespace {

constexpr char ctrl_d = '\x04';
constexpr char backspace = '\x08';
constexpr char ctrl_u = '\x15';
constexpr char escape = '\x1b';
constexpr char rub_out = '\x7f';  // what the backspace key sends

bool is_control(char octet) {
  return static_cast<unsigned char>(octet) < ' ' || octet == rub_out;
}

/// Whether an octet of UTF-8 goes on with a character that began before.
bool continues(char octet) {
  return (static_cast<unsigned char>(octet) & 0xC0U) == 0x80U;
}

void remove_last_character(std::string& text) {
  while (!text.empty() && continues(text.back()))
    text.pop_back();
  if (!text.empty()) text.pop_back();
}

/// The end of `text`, at most `count` characters of it.
std::string_view last_characters(std::string_view text, std::size_t count) {
  std::size_t begin = text.size();
  while (begin > 0 && count > 0) {
    --begin;
    if (!continues(text[begin])) --count;
  }
  return text.substr(begin);
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool upper_control =
        text[i] == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    if (upper_control) ++i;
    shown += upper_control || is_control(text[i]) ? '?' : text[i];
  }
  return shown;
}

std::vector<std::string> Prompt::type(std::string_view keys) {
  std::vector<std::string> lines;
  for (const char key : keys) {
    if (in_sequence(key)) continue;
    if (key == '\n' || key == '\r') {
      lines.push_back(std::exchange(text_, {}));
    } else {
      edit(key);
    }
  }
  return lines;
}

/// "ESC [ parameters letter", or ESC and one key.
bool Prompt::in_sequence(char key) {
  switch (sequence_) {
    case Sequence::none:
      if (key == escape) sequence_ = Sequence::escape;
      return key == escape;
    case Sequence::escape:
      sequence_ = key == '[' || key == 'O' ? Sequence::parameters : Sequence::none;
      return true;
    case Sequence::parameters:
      if (key >= '@' && key <= '~') sequence_ = Sequence::none;
      return true;
  }
  return false;
}

void Prompt::edit(char key) {
  if (key == backspace || key == rub_out) {
    remove_last_character(text_);
  } else if (key == ctrl_u) {
    text_.clear();
  } else if (key == ctrl_d) {
    ended_ = ended_ || text_.empty();
  } else if (!is_control(key) && text_.size() < longest) {
    text_ += key;
  }
}

std::string Prompt::draw() const {
  // The last column stays free: a character there would begin a new line.
  const std::size_t used = label_.size() + 1;
  const std::size_t room = width_ > used ? width_ - used : 1;
  return erase() + label_ + std::string(last_characters(text_, room));
}
