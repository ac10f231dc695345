// SPDX-License-Identifier: Apache-2.0
#include "plot.hpp"

#include "gnuplot.hpp"

namespace recordings {

std::string draw_plot(const plot_request& request) {
  return run_gnuplot(plot_script(request), request.path);
}

}  // namespace recordings
