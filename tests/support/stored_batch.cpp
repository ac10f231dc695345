// SPDX-License-Identifier: Apache-2.0
#include "stored_batch.hpp"

#include "../reference/numbers.hpp"

#include <algorithm>
#include <limits>

namespace robocache_test {
namespace {

std::size_t index_of(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// A stamp that would be found if the padding were searched, and a value that would be seen.
stamp garbage_stamp(time_kind kind) {
  return is_integer(kind) ? 3 : -7.5L;
}
std::uint64_t garbage_value(scalar_kind kind) {
  return is_integer(kind) ? 0xeeu : encode(kind, std::numeric_limits<double>::infinity());
}

}  // namespace

stored_batch::stored_batch(backend& where, scalar_kind value, time_kind time, std::int64_t channels,
                           const std::vector<recording>& items, const batch_layout& layout)
    : form(layout.form) {
  std::int64_t longest = 0;
  bool ragged = false;
  std::vector<std::int64_t> sizes;
  for (const recording& item : items) {
    const auto size = static_cast<std::int64_t>(item.times.size());
    sizes.push_back(size);
    borders.push_back(borders.back() + size);
    ragged = ragged || size != sizes.front();
    longest = std::max(longest, size);
  }
  if (form == batch_form::automatic) {
    form = ragged || layout.extra_samples > 0 ? batch_form::padded_lengths : batch_form::padded;
  }
  const bool packed = form == batch_form::packed;
  const std::int64_t stored_items = packed ? 1 : static_cast<std::int64_t>(items.size());
  const std::int64_t stored_samples = packed ? borders.back() : longest + layout.extra_samples;

  values =
      guarded<3>(where, size_of(value), {stored_items, stored_samples, channels}, layout.values);
  times = guarded<2>(where, size_of(time), {stored_items, stored_samples}, layout.times);
  for (std::size_t b = 0; b < items.size(); ++b) {
    const recording& item = items[b];
    const std::int64_t end = packed ? sizes[b] : stored_samples;
    for (std::int64_t s = 0; s < end; ++s) {
      const std::int64_t to_item = packed ? 0 : static_cast<std::int64_t>(b);
      const std::int64_t to_sample = packed ? borders[b] + s : s;
      const bool real = s < sizes[b];
      times.set({to_item, to_sample},
                stamp_bits(time, real ? item.times[index_of(s)] : garbage_stamp(time)));
      for (std::int64_t d = 0; d < channels; ++d) {
        values.set({to_item, to_sample, d},
                   real ? item.values[index_of(s * channels + d)] : garbage_value(value));
      }
    }
  }
  values.upload();
  times.upload();
  lengths = stored_integers(where, sizes);
  offsets = stored_integers(where, borders);
}

void stored_batch::download() {
  values.download();
  times.download();
  lengths.download();
  offsets.download();
}

bool stored_batch::padding_intact() const {
  return values.padding_intact() && times.padding_intact() && lengths.padding_intact() &&
         offsets.padding_intact();
}

guarded<1> stored_reals(backend& where, scalar_kind real, const std::vector<double>& from) {
  guarded<1> to(where, size_of(real), {static_cast<std::int64_t>(from.size())});
  for (std::size_t i = 0; i < from.size(); ++i) {
    to.set({static_cast<std::int64_t>(i)}, encode(real, from[i]));
  }
  to.upload();
  return to;
}

guarded<1> stored_integers(backend& where, const std::vector<std::int64_t>& from) {
  guarded<1> to(where, 8, {static_cast<std::int64_t>(from.size())});
  for (std::size_t i = 0; i < from.size(); ++i) {
    to.set({static_cast<std::int64_t>(i)}, static_cast<std::uint64_t>(from[i]));
  }
  to.upload();
  return to;
}

}  // namespace robocache_test
