// The demands of a matrix by name, as files hold them: the way back from read_matrix_file.h.
#pragma once

#include <vector>

#include "matrix/traffic_matrix.h"
#include "topology/network_file.h"

namespace anemone {

std::vector<NamedDemand> name_demands(const TrafficMatrix& matrix, const Topology& topology);

}  // namespace anemone
