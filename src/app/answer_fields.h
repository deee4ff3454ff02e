// Fields of a server's answer, whatever it holds: what is missing or of another kind is zero, empty or null.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/time.h"

namespace anemone {

const nlohmann::json& field(const nlohmann::json& object, const char* key);
double number_field(const nlohmann::json& object, const char* key);
std::size_t count_field(const nlohmann::json& object, const char* key);
std::string text_field(const nlohmann::json& object, const char* key);
Time time_field(const nlohmann::json& object, const char* key);

}  // namespace anemone
