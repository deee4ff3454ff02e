#include "base/time.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace anemone {
namespace {

// Reads exactly `count` digits from the front of `text`, or nothing.
bool take_digits(std::string_view& text, std::size_t count, int& value) {
  if (text.size() < count) return false;
  value = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take_char(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// Reads ".123456" as microseconds; digits past the sixth are dropped.
Duration take_fraction(std::string_view& text) {
  std::int64_t us = 0;
  std::int64_t unit = 100'000;
  if (!take_char(text, ".")) return Duration{0};
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    us += (text[0] - '0') * unit;
    unit /= 10;
    text.remove_prefix(1);
  }
  return Duration{us};
}

bool take_offset(std::string_view& text, Duration& offset) {
  if (take_char(text, "Zz")) return true;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_digits(text, 2, hours) || !take_char(text, ":") || !take_digits(text, 2, minutes)) return false;
  offset = sign * (std::chrono::hours{hours} + std::chrono::minutes{minutes});
  return true;
}

Result<Time> parse_calendar(std::string_view text) {
  const Error bad{"not a time: '" + std::string(text) +
                  "' (want 2026-11-22T23:01:10Z, or Unix seconds such as 1795384743.5)"};
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  if (!take_digits(text, 4, y) || !take_char(text, "-") || !take_digits(text, 2, mo) ||
      !take_char(text, "-") || !take_digits(text, 2, d) || !take_char(text, "Tt ") ||
      !take_digits(text, 2, h) || !take_char(text, ":") || !take_digits(text, 2, mi) ||
      !take_char(text, ":") || !take_digits(text, 2, s)) {
    return bad;
  }
  const Duration fraction = take_fraction(text);
  Duration offset{0};
  if (!take_offset(text, offset) || !text.empty()) return bad;
  const std::chrono::year_month_day date{std::chrono::year{y}, std::chrono::month(static_cast<unsigned>(mo)),
                                         std::chrono::day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return bad;
  return Time{std::chrono::sys_days{date}} + std::chrono::hours{h} + std::chrono::minutes{mi} +
         std::chrono::seconds{s} + fraction - offset;
}

}  // namespace

Time slice_start(Time time, Duration length) {
  const std::int64_t us = micros(time);
  std::int64_t rest = us % length.count();
  if (rest < 0) rest += length.count();
  return time_from_micros(us - rest);
}

std::string print_time(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::int64_t us = (time - day).count();
  const auto second = static_cast<int>(us / 1'000'000);
  const auto fraction = static_cast<int>(us % 1'000'000);
  std::array<char, 64> text{};
  int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                             static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                             static_cast<unsigned>(date.day()), second / 3600, second / 60 % 60, second % 60);
  if (fraction != 0) {
    length += std::snprintf(text.data() + length, text.size() - static_cast<std::size_t>(length), ".%06d",
                            fraction);
  }
  return std::string(text.data(), static_cast<std::size_t>(length)) + "Z";
}

Result<Time> parse_time(std::string_view text) {
  if (text.size() > 4 && text[4] == '-') return parse_calendar(text);
  std::string_view rest = text;
  std::int64_t whole = 0;
  std::size_t digits = 0;
  while (digits < rest.size() && digits < 11 && rest[digits] >= '0' && rest[digits] <= '9') {
    whole = whole * 10 + (rest[digits++] - '0');
  }
  rest.remove_prefix(digits);
  const Duration fraction = take_fraction(rest);
  if (digits == 0 || !rest.empty()) return parse_calendar(text);
  return time_from_micros(whole * 1'000'000) + fraction;
}

Result<Duration> parse_duration(std::string_view text) {
  const Error bad{"not a duration: '" + std::string(text) + "' (want 250ms, 10s, 5m, 2h or 1d)"};
  const std::size_t unit_at = text.find_first_not_of("0123456789.");
  if (unit_at == std::string_view::npos || unit_at == 0) return bad;
  auto number = parse_double(text.substr(0, unit_at));
  if (!number) return bad;
  const std::string_view unit = text.substr(unit_at);
  double scale = 0;
  if (unit == "us") scale = 1;
  if (unit == "ms") scale = 1e3;
  if (unit == "s") scale = 1e6;
  if (unit == "m" || unit == "min") scale = 60e6;
  if (unit == "h") scale = 3600e6;
  if (unit == "d") scale = 86400e6;
  if (scale == 0 || *number * scale > 9e15) return bad;
  return Duration{static_cast<std::int64_t>(*number * scale)};
}

}  // namespace anemone
