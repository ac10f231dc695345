// SPDX-License-Identifier: Apache-2.0
#include "fuse_problem.hpp"

#include "../reference/numbers.hpp"
#include "../reference/stamps.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace robocache_test {
namespace {

std::size_t index_of(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

bool in_double(const fuse_problem& work, const fuse_stream& stream) {
  return is_double({stream.in, work.out, work.time});
}

/// Visits the indices of an array of three dimensions in row-major order.
template <class Body>
void for_each_index(std::int64_t n0, std::int64_t n1, std::int64_t n2, const Body& body) {
  for (std::int64_t i = 0; i < n0; ++i) {
    for (std::int64_t j = 0; j < n1; ++j) {
      for (std::int64_t k = 0; k < n2; ++k) body(i, j, k);
    }
  }
}

template <class T>
std::vector<T> read_all(const guarded<3>& from) {
  std::vector<T> to;
  const auto& extents = from.view().extents;
  for_each_index(extents[0], extents[1], extents[2],
                 [&](std::int64_t i, std::int64_t j, std::int64_t k) {
                   to.push_back(static_cast<T>(from.get({i, j, k})));
                 });
  return to;
}

}  // namespace

std::int64_t fuse_problem::rows() const {
  const std::size_t listed = targets.empty() ? 0 : targets.front().size();
  return static_cast<std::int64_t>(windowed ? listed * deltas.size() : listed);
}

stamp fuse_problem::target(std::int64_t b, std::int64_t t) const {
  const std::vector<stamp>& listed = targets[index_of(b)];
  if (!windowed) return listed[index_of(t)];
  const std::size_t window = deltas.size();
  return shifted(time, listed[index_of(t) / window], deltas[index_of(t) % window]);
}

std::vector<std::int64_t> fuse_problem::columns() const {
  std::vector<std::int64_t> columns;
  std::int64_t end = 0;
  for (const fuse_stream& stream : streams) {
    const std::int64_t first = stream.column == next_column ? end : stream.column;
    columns.push_back(first);
    end = first + stream.channels;
  }
  return columns;
}

std::int64_t fuse_problem::width() const {
  std::int64_t width = 0;
  const std::vector<std::int64_t> first = columns();
  for (std::size_t n = 0; n < streams.size(); ++n) {
    width = std::max(width, first[n] + streams[n].channels);
  }
  return width;
}

fuse_problem without_windows(const fuse_problem& work) {
  fuse_problem plain = work;
  plain.windowed = false;
  plain.deltas.clear();
  for (std::int64_t b = 0; b < work.batch(); ++b) {
    std::vector<stamp>& targets = plain.targets[index_of(b)];
    targets.clear();
    for (std::int64_t t = 0; t < work.rows(); ++t) targets.push_back(work.target(b, t));
  }
  return plain;
}

fuse_problem only_stream(const fuse_problem& work, std::size_t stream) {
  fuse_problem one = work;
  one.streams = {work.streams[stream]};
  one.streams.front().column = next_column;
  return one;
}

fuse_problem only_item(const fuse_problem& work, std::int64_t b) {
  fuse_problem one = work;
  one.targets = {work.targets[index_of(b)]};
  for (fuse_stream& stream : one.streams) stream.items = {stream.items[index_of(b)]};
  return one;
}

std::vector<std::uint8_t> fuse_outcome::statuses_of(std::size_t stream) const {
  std::vector<std::uint8_t> of;
  for (std::size_t i = stream; i < statuses.size(); i += index_of(streams)) {
    of.push_back(statuses[i]);
  }
  return of;
}

bool same_results(const fuse_outcome& a, const fuse_outcome& b) {
  const auto same = [](const auto& x, const auto& y) { return x.empty() || y.empty() || x == y; };
  return a.outputs == b.outputs && same(a.statuses, b.statuses) && same(a.ages, b.ages);
}

stored_stream::stored_stream(backend& where, const fuse_problem& work, const fuse_stream& stream)
    : batch(where, stream.in, work.time, stream.channels, stream.items, stream.layout) {
  const scalar_kind real = in_double(work, stream) ? scalar_kind::f64 : scalar_kind::f32;
  scale = stored_reals(where, real, stream.scale);
  shift = stored_reals(where, real, stream.shift);
  view.in = stream.in;
  view.values = batch.values.view();
  view.times = batch.times.view();
  view.packed = batch.form == batch_form::packed;
  if (view.packed) view.offsets = batch.offsets.view();
  if (batch.form == batch_form::padded_lengths) view.lengths = batch.lengths.view();
  for (const robocache::channel_group& group : stream.groups) view.groups.add(group);
  view.policy = stream.policy;
  view.scale = scale.view();
  view.shift = shift.view();
  view.column = stream.column;
}

const fuse_operations* find_fuse(backend& where, const fuse_problem& work) {
  for (const fuse_operations& entry :
       where.on_device() ? all_linked<fuse_operations, on_cuda>() : cpu_fuse()) {
    const std::vector<scalar_kind>& listed = entry.types.in;
    const bool all =
        std::all_of(work.streams.begin(), work.streams.end(), [&](const fuse_stream& stream) {
          return std::find(listed.begin(), listed.end(), stream.in) != listed.end();
        });
    if (all && entry.types.time == work.time && entry.types.out == work.out) return &entry;
  }
  return nullptr;
}

prepared_fuse::prepared_fuse(backend& where, const fuse_problem& work, const fuse_setup& how)
    : backend_(&where),
      operations_(find_fuse(where, work)),
      how_(how),
      batch_(work.batch()),
      rows_(work.rows()),
      width_(work.width() + how.extra_channels),
      columns_(work.columns()) {
  if (operations_ == nullptr) throw std::logic_error("the back end lacks this set of types");
  for (const fuse_stream& stream : work.streams) {
    streams.emplace_back(where, work, stream);
    channels_.push_back(stream.channels);
    call.streams.push_back(streams.back().view);
  }
  const auto count = static_cast<std::int64_t>(work.streams.size());

  const std::int64_t grids = how.shared_grid ? 1 : batch_;
  const auto listed =
      static_cast<std::int64_t>(work.targets.empty() ? 0 : work.targets.front().size());
  targets = guarded<2>(where, size_of(work.time), {grids, listed}, how.targets);
  for (std::int64_t b = 0; b < std::min(grids, batch_); ++b) {
    for (std::int64_t t = 0; t < listed; ++t) {
      targets.set({b, t}, stamp_bits(work.time, work.targets[index_of(b)][index_of(t)]));
    }
  }
  windows = guarded<1>(where, size_of(work.time), {static_cast<std::int64_t>(work.deltas.size())});
  const time_kind duration = work.time == time_kind::u64 ? time_kind::i64 : work.time;
  for (std::size_t k = 0; k < work.deltas.size(); ++k) {
    windows.set({static_cast<std::int64_t>(k)}, stamp_bits(duration, work.deltas[k]));
  }
  targets.upload();
  windows.upload();

  if (how.separate) {
    for (const std::int64_t channels : channels_) {
      outputs.emplace_back(where, size_of(work.out),
                           std::array<std::int64_t, 3>{batch_, rows_, channels}, how.output);
      call.outputs.push_back(outputs.back().view());
    }
  } else {
    outputs.emplace_back(where, size_of(work.out),
                         std::array<std::int64_t, 3>{batch_, rows_, width_}, how.output);
    call.output = outputs.back().view();
  }
  statuses = guarded<3>(where, 1, {batch_, rows_, how.with_statuses ? count : 0}, how.statuses);
  ages =
      guarded<3>(where, size_of(work.time), {batch_, rows_, how.with_ages ? count : 0}, how.ages);
  spoil_outputs();

  call.targets.times = targets.view();
  call.targets.rank = how.shared_grid ? 1 : 2;
  call.targets.windowed = work.windowed;
  call.targets.windows = windows.view();
  call.separate = how.separate;
  if (how.with_statuses) call.statuses = statuses.view();
  if (how.with_ages) call.ages = ages.view();
}

void prepared_fuse::spoil_outputs() {
  for (guarded<3>& output : outputs) output.spoil();
  statuses.spoil();
  ages.spoil();
}

robocache::status prepared_fuse::launch(const any_where& at) const {
  if (how_.path == fuse_path::rows) return operations_->fuse_rows(call, how_.group, at);
  return operations_->fuse(call, at);
}

/// The channels of the output that no stream has.
bool prepared_fuse::gaps_intact() const {
  if (how_.separate) return true;
  std::vector<bool> taken(index_of(width_), false);
  for (std::size_t n = 0; n < columns_.size(); ++n) {
    for (std::int64_t d = 0; d < channels_[n]; ++d) taken[index_of(columns_[n] + d)] = true;
  }
  bool intact = true;
  for_each_index(batch_, rows_, width_, [&](std::int64_t b, std::int64_t t, std::int64_t d) {
    if (!taken[index_of(d)]) intact = intact && outputs.front().is_canary({b, t, d});
  });
  return intact;
}

fuse_outcome prepared_fuse::collect(const robocache::status& launched) {
  backend_->finish();
  fuse_outcome result;
  result.status = launched;
  result.batch = batch_;
  result.rows = rows_;
  result.streams = static_cast<std::int64_t>(streams.size());
  for (stored_stream& stream : streams) {
    stream.batch.download();
    result.padding_intact = result.padding_intact && stream.batch.padding_intact();
  }
  for (guarded<3>& output : outputs) {
    output.download();
    result.padding_intact = result.padding_intact && output.padding_intact();
    result.outputs_untouched = result.outputs_untouched && output.untouched();
  }
  for (guarded<3>* each : {&statuses, &ages}) {
    each->download();
    result.padding_intact = result.padding_intact && each->padding_intact();
    result.outputs_untouched = result.outputs_untouched && each->untouched();
  }
  targets.download();
  result.padding_intact = result.padding_intact && targets.padding_intact() && gaps_intact();

  for (std::size_t n = 0; n < columns_.size(); ++n) {
    std::vector<std::uint64_t> bits;
    for_each_index(batch_, rows_, channels_[n],
                   [&](std::int64_t b, std::int64_t t, std::int64_t d) {
                     bits.push_back(how_.separate ? outputs[n].get({b, t, d})
                                                  : outputs[0].get({b, t, columns_[n] + d}));
                   });
    result.outputs.push_back(bits);
  }
  if (how_.with_statuses) result.statuses = read_all<std::uint8_t>(statuses);
  if (how_.with_ages) result.ages = read_all<std::uint64_t>(ages);
  return result;
}

fuse_outcome run(backend& where, const fuse_problem& work, const fuse_setup& how) {
  prepared_fuse ready(where, work, how);
  any_where at = where.where();
  at.threads = how.threads;
  return ready.collect(ready.launch(at));
}

fuse_outcome run_resample(backend& where, const fuse_problem& work, std::size_t stream) {
  const fuse_operations* const own = find_fuse(where, work);
  const fuse_problem one = only_stream(work, stream);
  fuse_setup how;
  how.with_ages = false;
  prepared_fuse ready(where, one, how);
  const any_stream& from = ready.call.streams.front();
  any_view<2> statuses;  // [B, T] of the [B, T, 1] of the report
  statuses.data = ready.call.statuses.data;
  std::copy_n(ready.call.statuses.extents, 2, statuses.extents);
  std::copy_n(ready.call.statuses.strides, 2, statuses.strides);

  const operations* const plain = where.find({from.in, work.out, work.time});
  if (from.groups.count > 0 || work.windowed || plain == nullptr) {
    const std::vector<scalar_kind>& compiled = own->resampled;
    if (std::find(compiled.begin(), compiled.end(), from.in) == compiled.end()) {
      return ready.collect(ready.launch(where.where()));
    }
    return ready.collect(
        own->resample(from, ready.call.targets, ready.call.output, statuses, where.where()));
  }
  any_call call;
  call.values = from.values;
  call.times = from.times;
  call.lengths = from.lengths;
  call.offsets = from.offsets;
  call.packed = from.packed;
  call.targets = ready.call.targets.times;
  call.output = ready.call.output;
  call.statuses = statuses;
  call.scale = from.scale;
  call.shift = from.shift;
  call.policy = from.policy;
  return ready.collect(plain->resample(call, where.where()));
}

std::string title(const fuse_types& types) {
  std::string text = std::string(name_of(types.time)) + ":";
  for (const scalar_kind in : types.in) text += std::string(" ") + name_of(in);
  return text + " to " + name_of(types.out);
}

}  // namespace robocache_test
