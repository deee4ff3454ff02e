#include "app/answer_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace anemone {

const nlohmann::json& field(const nlohmann::json& object, const char* key) {
  static const nlohmann::json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

double number_field(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = field(object, key);
  return value.is_number() ? value.get<double>() : 0;
}

std::size_t count_field(const nlohmann::json& object, const char* key) {
  return static_cast<std::size_t>(std::clamp(number_field(object, key), 0.0, 1e15));
}

std::string text_field(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = field(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

Time time_field(const nlohmann::json& object, const char* key) {
  const auto read = parse_time(text_field(object, key));
  return read ? *read : Time{};
}

}  // namespace anemone
