// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// \file
/// Drawing with the gnuplot that is found on the PATH.

namespace recordings {

/// Runs a script, data included, that writes the picture `path`.
/// \return "" if it did, else one line that says why not
std::string run_gnuplot(const std::string& script, const std::string& path);

/// The terminal and output for a picture of so many pixels, by the end of its name: .svg or .png.
std::string gnuplot_terminal(const std::string& path, double width, double height);

/// Text in gnuplot's single quotes.
std::string gnuplot_quoted(const std::string& text);

}  // namespace recordings
