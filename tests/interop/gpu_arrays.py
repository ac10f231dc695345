#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Arrays of PyTorch, CuPy and JAX on a GPU, through DLPack, without copies: gpu_arrays.py LIBRARY

A framework that is not installed or finds no GPU is left out; any other failure to load one is an
error. The last line says which ran and which did not. Ends with 4 (skipped) where neither PyTorch
nor CuPy is there, or no GPU. By hand:

    nvcc -std=c++17 -arch=sm_90 -shared -Xcompiler -fPIC -Iinclude -I<folder of dlpack/dlpack.h> \\
        tests/interop/gpu_library.cu -o gpu_library.so && python3 tests/interop/gpu_arrays.py \\
        ./gpu_library.so
"""

import ctypes
import gc
import importlib.util
import os
import sys

try:
    import numpy as np
except ImportError:
    print("skipped: no NumPy")
    sys.exit(4)

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
START = 1_700_000_000_000_000_000
SPIN = 500_000_000  # cycles, some tenths of a second

library = ctypes.CDLL(os.path.abspath(sys.argv[1]))
for name in ("new_stream", "make", "address"):
    getattr(library, "robocache_test_" + name).restype = ctypes.c_void_p
pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype = ctypes.py_object
new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def pointer(capsule):
    return ctypes.c_void_p(pointer_of(capsule, b"dltensor"))


# ------------------------------------------------------------------------------------- frameworks


class Missing(Exception):
    """Why a framework is left out. What it raises itself when it is loaded is not caught."""


def require(name):
    if importlib.util.find_spec(name) is None:
        raise Missing("not installed")


class Torch:
    def __init__(self):
        require("torch")
        import torch
        if not torch.cuda.is_available():
            raise Missing("finds no GPU")
        self.it, self.version = torch, torch.__version__

    def array(self, x):
        return self.it.from_numpy(np.ascontiguousarray(x)).cuda()

    def numpy(self, x):
        return x.cpu().numpy()

    def address(self, x):
        return x.data_ptr()

    def stream(self):
        return self.it.cuda.current_stream().cuda_stream

    def imported(self, source):
        return self.it.from_dlpack(source)

    def late(self, x):
        """The array again, when a long kernel in the framework's own stream is done."""
        result = self.it.zeros_like(x)
        self.it.cuda.synchronize()
        library.robocache_test_spin(ctypes.c_void_p(self.stream()), ctypes.c_longlong(SPIN))
        return result.copy_(x)


class Cupy(Torch):
    def __init__(self):
        require("cupy")
        import cupy
        if not cupy.cuda.is_available():
            raise Missing("finds no GPU")
        self.it, self.version = cupy, cupy.__version__

    def array(self, x):
        return self.it.asarray(x)

    def numpy(self, x):
        return self.it.asnumpy(x)

    def address(self, x):
        return x.data.ptr

    def stream(self):
        return self.it.cuda.get_current_stream().ptr

    def late(self, x):
        result = self.it.zeros_like(x)
        self.it.cuda.Device().synchronize()
        library.robocache_test_spin(ctypes.c_void_p(self.stream()), ctypes.c_longlong(SPIN))
        result[...] = x
        return result


class Jax(Torch):
    def __init__(self):
        require("jax")
        import jax
        jax.config.update("jax_enable_x64", True)
        if jax.default_backend() != "gpu":
            raise Missing("finds no GPU")
        self.it, self.version = jax, jax.__version__

    def array(self, x):
        return self.it.numpy.asarray(x)

    def numpy(self, x):
        return np.asarray(x)

    def address(self, x):
        return x.unsafe_buffer_pointer()

    def imported(self, source):
        return self.it.dlpack.from_dlpack(source)

    def late(self, x):
        slow = self.it.numpy.ones((8192, 8192), dtype=np.float32)

        @self.it.jit
        def after(slow, x):
            for _ in range(30):
                slow = slow @ slow * np.float32(1 / 8192)
            return x + (slow[0, 0] - 1).astype(x.dtype)

        after(slow, x).block_until_ready()  # compiled now
        return after(slow, x)


# ------------------------------------------------------------------------------------------ calls


def resample(stream, *arrays):
    """Message of the call on the CUDA stream; the output is the last array."""
    # The producers' streams are waited for by ours, not by the host. The capsules own the arrays
    # until the work has been done.
    capsules = [a if isinstance(a, type(EMPTY)) else a.__dlpack__(stream=stream) for a in arrays]
    message = ctypes.create_string_buffer(224)
    code = library.robocache_test_resample(*map(pointer, capsules), ctypes.c_void_p(stream),
                                           message)
    text = message.value.decode()
    assert (code == 0) == (text == ""), (code, text)
    return text, capsules


def wait(stream):
    assert library.robocache_test_wait(ctypes.c_void_p(stream)) == 0


def expected_of(values, times, targets):
    out = np.empty((values.shape[0], targets.size, values.shape[2]))
    for b in range(values.shape[0]):
        for d in range(values.shape[2]):
            out[b, :, d] = np.interp((targets - START).astype(float),
                                     (times[b] - START).astype(float), values[b, :, d])
    return out


def random_call(random, samples=50):
    batch, channels = random.integers(1, 4), random.integers(1, 6)
    times = START + np.sort(random.choice(10 ** 9, (batch, samples), replace=False), axis=1)
    targets = START + random.integers(0, 10 ** 9, 30)
    return random.normal(size=(batch, samples, channels)).astype(np.float32), times, targets


EMPTY = new_capsule(ctypes.addressof(ctypes.c_int()), b"none", None)  # for its type


class Made:
    """An array of the library, for the frameworks' from_dlpack."""

    def __init__(self, rows):
        address = ctypes.c_void_p()
        self.managed = library.robocache_test_make(ctypes.c_int64(rows), ctypes.byref(address))
        assert self.managed, "no memory"
        self.address = address.value

    def __dlpack_device__(self):
        return 2, 0

    def __dlpack__(self, **options):
        return new_capsule(self.managed, b"dltensor", None)


def check(framework, writable, stream):
    """`writable` makes the outputs: arrays of JAX cannot be written."""
    random = np.random.default_rng(7)
    for _ in range(50):
        values, times, targets = random_call(random)
        inputs = [framework.array(x) for x in (values, times, targets)]
        output = writable.array(np.full((values.shape[0], 30, values.shape[2]), 7, np.float32))
        text, capsules = resample(stream, *inputs, output)
        assert text == "", text
        for array, capsule in zip((*inputs, output), capsules):
            owner = writable if array is output else framework
            address = library.robocache_test_address(pointer(capsule))
            assert address == owner.address(array), "copied"
        wait(stream)
        difference = np.abs(writable.numpy(output) - expected_of(values, times, targets)).max()
        assert difference < 2e-5, difference
    print("  50 calls agree with np.interp, none copied")

    values, times, targets = random_call(random)
    inputs = [framework.array(x) for x in (values, times, targets)]
    output = writable.array(np.full((values.shape[0], 30, values.shape[2]), 7, np.float32))
    resample(stream, *inputs, output)
    wait(stream)
    inputs[0] = framework.late(inputs[0])
    text, capsules = resample(stream, *inputs, output)
    assert text == "", text
    done = library.robocache_test_stream_is_done(ctypes.c_void_p(stream))
    if done:  # nothing forbids a framework to wait in __dlpack__, and of this library PyTorch tells
        assert type(framework) is not Torch, "the host waited, or the kernel before was short"
        print("  the host waited, in __dlpack__ or since the kernel before was short")
    wait(stream)
    difference = np.abs(writable.numpy(output) - expected_of(values, times, targets)).max()
    assert difference < 2e-5, f"read before they were there: {difference}"
    print("  values that come late are waited for")

    for wrong, message in [
            ([framework.array(values.astype(np.float64)), *inputs[1:], output],
             "from_dlpack: values is of float64 x 1, must be of float32"),
            ([inputs[0], framework.array(times[:, :-1]), inputs[2], output],
             "resample: source.times has extent 49 in dimension 1, source.values has 50"),
            ([inputs[0], inputs[1], framework.array(targets[None]), output],
             "from_dlpack: targets has 2 dimensions, must be 1"),
            ([values.__dlpack__(), *inputs[1:], output],
             "from_dlpack: values is on device type 1, must be 2 (CUDA)")]:
        text, _ = resample(stream, *wrong)
        assert text == message, text
    print("  wrong arrays are refused:", text)

    made = Made(5)
    try:
        array = framework.imported(made)
    except Exception as error:  # JAX takes dense arrays alone
        if type(framework) is not Jax:
            raise
        print("  an array of the library is refused:", str(error).splitlines()[0])
        return
    assert framework.address(array) == made.address, "copied"
    assert (framework.numpy(array) == np.arange(15).reshape(5, 3)).all()
    assert library.robocache_test_arrays_alive() == 1
    del array
    gc.collect()
    assert library.robocache_test_arrays_alive() == 0, "the deleter did not run"
    print("  an array of the library arrives, and is given back")


def main():
    if not library.robocache_test_device_count():
        print("skipped: no GPU")
        return 4
    stream = library.robocache_test_new_stream()
    found, missing = {}, []
    for kind in (Torch, Cupy, Jax):
        try:
            found[kind] = kind()
        except Missing as reason:
            missing.append(f"{kind.__name__} ({reason})")
    writable = found.get(Torch) or found.get(Cupy)
    if writable is None:
        print("skipped: neither PyTorch nor CuPy, which make the outputs;", ", ".join(missing))
        return 4
    for kind, framework in found.items():
        print(f"{kind.__name__} {framework.version}")
        check(framework, framework if kind is not Jax else writable, stream)
    print("ran:", ", ".join(f"{kind.__name__} {f.version}" for kind, f in found.items()) +
          "; did not:", ", ".join(missing) or "none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
