#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""NumPy's arrays through DLPack, without copies: numpy_arrays.py LIBRARY

Ends with 4 (skipped) where there is no NumPy that speaks DLPack.
"""

import ctypes
import sys

try:
    import numpy as np
    np.zeros(1).__dlpack__()
except (ImportError, AttributeError):
    print("skipped: no NumPy of 1.22 or later")
    sys.exit(4)

library = ctypes.CDLL(sys.argv[1])
pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
pointer_of.restype = ctypes.c_void_p
pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


def resample(*arrays):
    """Message of the call; the output is the last array."""
    capsules = [array.__dlpack__() for array in arrays]  # their deleters run when they go
    pointers = [ctypes.c_void_p(pointer_of(capsule, b"dltensor")) for capsule in capsules]
    message = ctypes.create_string_buffer(224)
    code = library.robocache_test_resample(*pointers, message)
    text = message.value.decode()
    assert (code == 0) == (text == ""), (code, text)
    return text


random = np.random.default_rng(7)
start = 1_700_000_000_000_000_000
wrong = 0
for case in range(200):
    batch, samples, channels = random.integers(1, 4), random.integers(2, 50), random.integers(1, 6)
    times = start + np.sort(random.choice(10 ** 9, (batch, samples), replace=False), axis=1)
    targets = start + random.integers(0, 10 ** 9, 30)
    values = random.normal(size=(batch, samples, channels))
    output = np.full((batch, 30, channels), 7.0)
    if case % 2:  # as views that NumPy makes without copying
        values = np.ascontiguousarray(values.transpose(2, 1, 0)).transpose(2, 1, 0)
        output = np.full((30, 2 * channels, batch), 7.0)[:, ::2].transpose(2, 0, 1)
    assert resample(values, times, targets, output) == ""
    for b in range(batch):
        for d in range(channels):
            expected = np.interp((targets - start).astype(float), (times[b] - start).astype(float),
                                 values[b, :, d])
            wrong += int(np.abs(output[b, :, d] - expected).max() > 1e-12)
assert wrong == 0, f"{wrong} channels differ from np.interp"
print("200 calls agree with np.interp")

message = resample(values.astype(np.float32), times, targets, output)
assert message == "from_dlpack: values is of float32 x 1, must be of float64", message
message = resample(values, times[:, :-1], targets, output)
assert "source.times has extent" in message, message
print("wrong arrays are refused:", message)
