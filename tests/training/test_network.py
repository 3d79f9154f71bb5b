"""The networks: a shard's learn together what each would learn alone."""

import numpy as np
import pytest

from training.model import run_networks
from training.network import Task, train_networks


def make_task(seed, rows, features, stores=3, products=2):
    random = np.random.default_rng(seed)
    values = random.standard_normal((rows, features)).astype(np.float32)
    places = (
        random.integers(1, stores + 1, rows).astype(np.int32),
        random.integers(1, products + 1, rows).astype(np.int32),
    )
    target = 0.4 * np.tanh(values[:, 0]) * np.where(places[1] == 1, 1, -1) + 0.2 * places[0] - 0.4
    target += 0.05 * random.standard_normal(rows)
    return Task(values, *places, target.astype(np.float32), stores, products, seed)


def forecasts(networks, task):
    return run_networks(networks, task.values.astype(np.float64), task.stores, task.products)


# Of sizes that are filled up to several times those they would have alone.
TASKS = [make_task(1, 700, 5), make_task(2, 2500, 20, stores=9), make_task(3, 300, 8, products=9)]


@pytest.fixture(scope="module")
def together():
    return train_networks(TASKS, 20)


def test_networks_trained_together_equal_those_trained_one_by_one(together):
    for task, networks in zip(TASKS, together, strict=True):
        alone = train_networks([task], 20)[0]

        assert {name: values.shape for name, values in alone.items()} == {n: v.shape for n, v in networks.items()}
        np.testing.assert_allclose(forecasts(networks, task), forecasts(alone, task), atol=2e-3)


def test_networks_learn_what_differs_by_product_and_by_store(together):
    for task, networks in zip(TASKS, together, strict=True):
        error = np.abs(forecasts(networks, task) - task.target).mean()

        assert error < 0.35 * np.abs(task.target - np.median(task.target)).mean()


def test_the_same_tasks_give_the_same_networks_to_the_last_bit(together):
    again = train_networks(TASKS, 20)

    for one, other in zip(together, again, strict=True):
        assert {n: v.tobytes() for n, v in one.items()} == {n: v.tobytes() for n, v in other.items()}


def test_the_numpy_forecast_agrees_with_the_network_as_jax_computes_it(together):
    import jax
    import jax.numpy as jnp

    task, networks = TASKS[0], together[0]
    expected = np.zeros(len(task.target))
    for member in range(len(networks["network_w1"])):
        weights = {name[8:]: jnp.asarray(values[member], jnp.float32) for name, values in networks.items()}
        hidden = jnp.concatenate(
            [task.values, weights["stores"][task.stores], weights["products"][task.products]], axis=1
        )
        for layer in ("1", "2"):
            hidden = jax.nn.silu(hidden @ weights[f"w{layer}"] + weights[f"b{layer}"])
        expected += np.asarray(hidden @ weights["w3"] + weights["b3"])[:, 0] / len(networks["network_w1"])

    np.testing.assert_allclose(forecasts(networks, task), expected, atol=1e-4)


def test_a_store_never_seen_is_taken_for_an_average_one(together):
    stores = together[0]["network_stores"]

    np.testing.assert_allclose(stores[:, 0], stores[:, 1:].mean(axis=1))
