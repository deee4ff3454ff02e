// What-if over HTTP: scenarios as text, held against what was measured.
#pragma once

#include <vector>

#include "view/api.h"

namespace anemone {

// `platform` must outlive the endpoints. One question is worked out at a time; others are told to come again.
std::vector<ApiEndpoint> whatif_endpoints(const Platform& platform);

}  // namespace anemone
