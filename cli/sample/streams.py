"""Random streams that depend on a seed and a name only, so that no part of the sample disturbs another."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def open_stream(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for the thing of these names.

    Arrays drawn from it have time as their first axis and one draw per stream, so that a longer simulation repeats
    a shorter one and only appends to it.
    """
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])


def wander(noise: Floats, memory: float, spread: float) -> Floats:
    """First-order autoregression along the first axis of standard normal noise, with the given long-run spread."""
    steps = np.empty_like(noise)
    state = noise[0] * spread
    kick = spread * np.sqrt(1 - memory**2)
    for step, shock in enumerate(noise):
        state = memory * state + kick * shock
        steps[step] = state
    return steps
