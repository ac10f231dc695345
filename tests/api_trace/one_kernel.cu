// SPDX-License-Identifier: Apache-2.0
#include <robocache/cuda/launch.cuh>

#include "one_kernel.hpp"

namespace robocache_test {
namespace {

namespace launching = robocache::cuda_detail;
using launching::launch_overlap;

static_assert(launching::overlap_of({900}) == launch_overlap::always);
static_assert(launching::overlap_of({900, 1000, 1200}) == launch_overlap::always);
static_assert(launching::overlap_of({800, 860, 890}) == launch_overlap::never);
static_assert(launching::overlap_of({800, 900}) == launch_overlap::ask);
static_assert(launching::overlap_of({1000, 750}) == launch_overlap::ask);

__global__ void kernel(int* p, int value) {
  launching::wait_for_previous_kernel();
  *p = value;
}

template <class Where>
robocache::status launch_on(Where where, int* to) {
  return launching::launch("one kernel", &kernel, dim3(1), dim3(1), where, to, 1);
}

}  // namespace

robocache::status launch_kernel(cudaStream_t stream, int* to) {
  return launch_on(stream, to);
}

robocache::status preload_kernel() {
  return launch_on(robocache::preload, nullptr);
}

bool launch_asks() {
  return launching::overlap_of_launches == launch_overlap::ask;
}

bool launch_always_overlaps() {
  return launching::overlap_of_launches == launch_overlap::always;
}

}  // namespace robocache_test
