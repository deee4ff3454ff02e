// RecordNames stand with capture, so that flow can choose by names; here for whoever makes or reads records.
#pragma once

#include "capture/record_names.h"  // IWYU pragma: export
