// SPDX-License-Identifier: Apache-2.0
#include "problem.hpp"

#include "../reference/numbers.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace robocache_test {
namespace {

std::size_t index_of(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

scalar_kind real_of(const combination& types) {
  return is_double(types) ? scalar_kind::f64 : scalar_kind::f32;
}

template <class T>
std::vector<T> read_rows(const guarded<2>& from, std::int64_t batch, std::int64_t rows) {
  std::vector<T> to;
  to.reserve(index_of(batch * rows));
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t t = 0; t < rows; ++t) to.push_back(static_cast<T>(from.get({b, t})));
  }
  return to;
}

}  // namespace

prepared::prepared(backend& where, const problem& work, const setup& how)
    : stored_batch(where, work.types.in, work.types.time, work.channels, work.items, how),
      backend_(&where),
      operations_(where.find(work.types)),
      how_(how),
      batch_(work.batch()),
      rows_(work.rows()),
      channels_(work.channels) {
  if (operations_ == nullptr) {
    throw std::logic_error("the back end lacks this combination of types");
  }
  if (how.path == call_path::rows && form != batch_form::padded) {
    throw std::logic_error("level 1 is tested on padded batches");
  }
  const std::int64_t grids = how.shared_grid ? std::min<std::int64_t>(batch_, 1) : batch_;
  targets = guarded<2>(where, size_of(work.types.time), {how.shared_grid ? 1 : batch_, rows_},
                       how.targets);
  for (std::int64_t b = 0; b < grids; ++b) {
    for (std::int64_t t = 0; t < rows_; ++t) {
      targets.set({b, t}, stamp_bits(work.types.time, work.targets[index_of(b)][index_of(t)]));
    }
  }
  const scalar_kind real = real_of(work.types);
  output = guarded<3>(where, size_of(work.types.out), {batch_, rows_, channels_}, how.output);
  statuses = guarded<2>(where, 1, {batch_, rows_}, how.statuses);
  scale = stored_reals(where, real, work.scale);
  shift = stored_reals(where, real, work.shift);
  const std::int64_t bracket_items = how.path == call_path::brackets ? batch_ : 0;
  left = guarded<2>(where, 8, {bracket_items, rows_}, how.statuses);
  right = guarded<2>(where, 8, {bracket_items, rows_});
  weight = guarded<2>(where, size_of(real), {bracket_items, rows_}, how.targets);
  output.upload();
  for (guarded<2>* each : {&targets, &statuses, &left, &right, &weight}) each->upload();

  call.values = values.view();
  call.times = times.view();
  call.packed = form == batch_form::packed;
  if (call.packed) call.offsets = offsets.view();
  if (form == batch_form::padded_lengths) call.lengths = lengths.view();
  call.targets = targets.view();
  call.target_rank = how.shared_grid ? 1 : 2;
  call.output = output.view();
  if (how.with_statuses) call.statuses = statuses.view();
  call.scale = scale.view();
  call.shift = shift.view();
  call.left = left.view();
  call.right = right.view();
  call.weight = weight.view();
  call.policy = work.policy;
}

robocache::status prepared::launch(const any_where& at) const {
  switch (how_.path) {
    case call_path::resample:
      return operations_->resample(call, at);
    case call_path::rows:
      return operations_->resample_rows(call, how_.group, at);
    case call_path::brackets:
      break;
  }
  const robocache::status found = operations_->find_brackets(call, at);
  return found.ok() ? operations_->apply_brackets(call, at) : found;
}

outcome prepared::collect(const robocache::status& launched) {
  backend_->finish();
  outcome result;
  result.status = launched;
  result.channels = channels_;
  result.rows = rows_;
  download();
  output.download();
  result.padding_intact = padding_intact() && output.padding_intact();
  for (guarded<2>* each : {&targets, &statuses, &left, &right, &weight}) {
    each->download();
    result.padding_intact = result.padding_intact && each->padding_intact();
  }
  result.outputs_untouched = output.untouched() && statuses.untouched();
  result.output.reserve(index_of(batch_ * rows_ * channels_));
  for (std::int64_t b = 0; b < batch_; ++b) {
    for (std::int64_t t = 0; t < rows_; ++t) {
      for (std::int64_t d = 0; d < channels_; ++d) result.output.push_back(output.get({b, t, d}));
    }
  }
  if (how_.with_statuses) result.statuses = read_rows<std::uint8_t>(statuses, batch_, rows_);
  if (how_.path == call_path::brackets) {
    result.left = read_rows<std::int64_t>(left, batch_, rows_);
    result.right = read_rows<std::int64_t>(right, batch_, rows_);
    result.weight = read_rows<std::uint64_t>(weight, batch_, rows_);
    for (std::size_t i = 0; call.packed && i < result.left.size(); ++i) {
      if (result.left[i] < 0) continue;  // back to the item's own indices
      const std::int64_t first = borders[i / index_of(rows_)];
      result.left[i] -= first;
      result.right[i] -= first;
    }
  }
  return result;
}

outcome run(backend& where, const problem& work, const setup& how) {
  prepared ready(where, work, how);
  any_where at = where.where();
  at.threads = how.threads;
  return ready.collect(ready.launch(at));
}

bool same_results(const outcome& a, const outcome& b) {
  const auto same = [](const auto& x, const auto& y) { return x.empty() || y.empty() || x == y; };
  return a.output == b.output && same(a.statuses, b.statuses) && same(a.left, b.left) &&
         same(a.right, b.right) && same(a.weight, b.weight);
}

problem item_of(const problem& work, std::int64_t b) {
  problem one = work;
  one.items = {work.items[index_of(b)]};
  one.targets = {work.targets[index_of(b)]};
  return one;
}

}  // namespace robocache_test
