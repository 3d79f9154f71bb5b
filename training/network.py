"""The neural networks with embeddings of stores and products; those of a whole shard train together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Params = dict[str, Any]
HIDDEN = (48, 24)
EMBEDDING = 4
BATCH = 256
LEARNING_RATE = 8e-3
WEIGHT_DECAY = 1.0
BEND = 1.0
"""Residuals beyond this count linearly: the forecast is near a median, which empty shelves cannot drag down."""
CHUNK = 64
"""Steps compiled as one piece, whatever the number of steps, so that shards of one shape share what is compiled."""
MIN_STEPS = 256
"""However few rows there are."""
ROUND_ROWS, ROUND_FEATURES, ROUND_PLACES = 2048, 16, 8
MEMBERS = 2
"""Networks per segment, alike but for their random start."""


@dataclass(frozen=True)
class Task:
    """What one segment's networks learn from: standardised features (rows, features), places from one on, target."""

    values: Floats
    stores: NDArray[np.int32]
    products: NDArray[np.int32]
    target: Floats
    store_count: int
    product_count: int
    seed: int


def train_networks(tasks: Sequence[Task], epochs: int) -> list[dict[str, NDArray[np.float64]]]:
    """Train every task's networks at once; each result is as if it had been trained alone.

    Returns, per task, the arrays that training.model reads, of shape (networks, …).
    """
    import jax

    padded = _Shape.of(tasks)
    data = jax.device_put(_stack([_pad_task(task, padded) for task in tasks]))
    params = _stack([_stack([_pad_params(start, padded) for start in _starts(task)]) for task in tasks])
    steps = [max(epochs * -(-len(task.target) // BATCH), MIN_STEPS) for task in tasks]
    total = -(-max(steps) // CHUNK) * CHUNK
    batches = np.stack([_draw_batches(task, total) for task in tasks])
    optimiser, train_chunk = _compile()
    state = jax.vmap(jax.vmap(optimiser.init))(params)
    for first in range(0, total, CHUNK):
        rates = np.stack([_rates(count, first) for count in steps])
        params, state = train_chunk(params, state, data, batches[:, :, first : first + CHUNK], rates)
    trained = {name: np.asarray(values, dtype=np.float64) for name, values in params.items()}
    return [
        _collect({name: values[place] for name, values in trained.items()}, task) for place, task in enumerate(tasks)
    ]


@dataclass(frozen=True)
class _Shape:
    """The common size to which tasks are filled up with zeros."""

    rows: int
    features: int
    stores: int
    products: int

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> _Shape:
        def fit(sizes: list[int], step: int) -> int:
            return -(-max(sizes) // step) * step

        return cls(
            fit([len(task.target) for task in tasks], ROUND_ROWS),
            fit([task.values.shape[1] for task in tasks], ROUND_FEATURES),
            fit([task.store_count + 1 for task in tasks], ROUND_PLACES),
            fit([task.product_count + 1 for task in tasks], ROUND_PLACES),
        )


@cache
def _compile() -> tuple[Any, Any]:
    """The optimiser and a function that trains all networks for one chunk of steps."""
    import jax
    import jax.numpy as jnp
    import optax

    optimiser = optax.chain(optax.scale_by_adam(), optax.add_decayed_weights(WEIGHT_DECAY))

    def loss(params: Params, data: Params, chosen: Any) -> Any:
        embedded = [data["values"][chosen], params["stores"][data["stores"][chosen]]]
        hidden = jnp.concatenate([*embedded, params["products"][data["products"][chosen]]], axis=1)
        for layer in ("1", "2"):
            hidden = jax.nn.silu(hidden @ params[f"w{layer}"] + params[f"b{layer}"])
        forecast = (hidden @ params["w3"] + params["b3"])[:, 0]
        return optax.losses.huber_loss(forecast, data["target"][chosen], delta=BEND).mean()

    def train_one(params: Params, state: Any, data: Params, batches: Any, rates: Any) -> Any:
        def step(carry: Any, this: Any) -> Any:
            params, state = carry
            chosen, rate = this
            updates, state = optimiser.update(jax.grad(loss)(params, data, chosen), state, params)
            return (jax.tree.map(lambda p, u: p - rate * u, params, updates), state), None

        carry, _ = jax.lax.scan(step, (params, state), (batches, rates))
        return carry

    members = jax.vmap(train_one, in_axes=(0, 0, None, 0, None))
    return optimiser, jax.jit(jax.vmap(members))


def _rates(steps: int, first: int) -> Floats:
    """The learning rate of each step of a chunk: a short rise, a half cosine down, and zero once a task is through."""
    done = (np.arange(first, first + CHUNK) + 1) / (steps + 1)
    rise = np.minimum(done / 0.05, 1.0)
    return np.asarray(
        np.where(done < 1, LEARNING_RATE * rise * 0.5 * (1 + np.cos(np.pi * np.minimum(done, 1))), 0), np.float32
    )


def _draw_batches(task: Task, steps: int) -> NDArray[np.int32]:
    """Rows of each step's batch, of shape (networks, steps, batch): every row once before any comes again."""
    rows = len(task.target)

    def draw(member: int) -> NDArray[np.int32]:
        random = np.random.default_rng([task.seed, member, 1])
        order = np.concatenate([random.permutation(rows) for _ in range(-(-steps * BATCH // rows))])
        return order[: steps * BATCH].reshape(steps, BATCH).astype(np.int32)

    return np.stack([draw(member) for member in range(MEMBERS)])


def _starts(task: Task) -> list[dict[str, Floats]]:
    """Random starting weights; drawn at a task's own size, so that they do not depend on its neighbours."""
    sizes = [task.values.shape[1] + 2 * EMBEDDING, *HIDDEN, 1]
    starts = []
    for member in range(MEMBERS):
        random = np.random.default_rng([task.seed, member, 0])
        params = {
            "stores": 0.3 * random.standard_normal((task.store_count + 1, EMBEDDING)),
            "products": 0.3 * random.standard_normal((task.product_count + 1, EMBEDDING)),
        }
        for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
            gain = 0.3 if layer == len(sizes) - 1 else 1.0
            params[f"w{layer}"] = gain * random.standard_normal((fan_in, fan_out)) / np.sqrt(fan_in)
            params[f"b{layer}"] = np.zeros(fan_out)
        starts.append({name: values.astype(np.float32) for name, values in params.items()})
    return starts


def _pad_task(task: Task, shape: _Shape) -> dict[str, NDArray[Any]]:
    return {
        "values": _fill(task.values, shape.rows, shape.features),
        "stores": _fill(task.stores, shape.rows),
        "products": _fill(task.products, shape.rows),
        "target": _fill(task.target, shape.rows),
    }


def _pad_params(params: dict[str, Floats], shape: _Shape) -> dict[str, Floats]:
    """Weights of features that are not there stand between those of features and embeddings, as zeros."""
    features = len(params["w1"]) - 2 * EMBEDDING
    first = np.zeros((shape.features + 2 * EMBEDDING, HIDDEN[0]), np.float32)
    first[:features], first[shape.features :] = params["w1"][:features], params["w1"][features:]
    padded = {"stores": _fill(params["stores"], shape.stores), "products": _fill(params["products"], shape.products)}
    return {**params, **padded, "w1": first}


def _collect(trained: dict[str, NDArray[np.float64]], task: Task) -> dict[str, NDArray[np.float64]]:
    """A task's trained arrays at its own size; a name never seen gets the mean of the embeddings learned."""
    mine = {f"network_{name}": values for name, values in trained.items()}
    features, padded = task.values.shape[1], mine["network_w1"].shape[1] - 2 * EMBEDDING
    mine["network_w1"] = np.delete(mine["network_w1"], np.s_[features:padded], axis=1)
    for name, count in (("stores", task.store_count), ("products", task.product_count)):
        learned = mine[f"network_{name}"][:, 1 : count + 1]
        mine[f"network_{name}"] = np.concatenate([learned.mean(axis=1, keepdims=True), learned], axis=1)
    return mine


def _fill(values: NDArray[Any], *size: int) -> NDArray[Any]:
    filled = np.zeros((*size, *values.shape[len(size) :]), values.dtype)
    filled[tuple(slice(0, length) for length in values.shape[: len(size)])] = values
    return filled


def _stack(trees: Sequence[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.stack([tree[name] for tree in trees]) for name in trees[0]}
