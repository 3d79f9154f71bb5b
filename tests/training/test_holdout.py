"""The held-out weeks are measured on and nothing else."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from tests.training.small_world import make_job
from training.ensemble import Trainee, split_rows
from training.features import build_features
from training.job import Settings
from training.network import train_networks
from training.tables import SegmentError

JOB = make_job(regions=("texas",), cells=[("large", "slow")])
MONDAY = np.datetime64(JOB.monday, "D")


def train_ensemble(tables):
    cell = JOB.segments[0]
    trainee = Trainee(cell.id, build_features(tables, cell, MONDAY, 8), MONDAY, JOB.settings)
    lasso = trainee.fit_lasso()
    return trainee, trainee.mix(lasso, train_networks([trainee.task()], 1)[0])


def test_whatever_happened_in_the_held_out_weeks_the_same_model_comes_out(tables):
    held_from = JOB.monday - timedelta(weeks=JOB.settings.holdout_weeks)
    poisoned = tables.shipments.with_columns(
        pl.when(pl.col("week_start") >= held_from)
        .then(pl.col("units") * 50 + 3)
        .otherwise(pl.col("units"))
        .alias("units")
    )
    trainee, ensemble = train_ensemble(tables)
    other_trainee, other = train_ensemble(replace(tables, shipments=poisoned))

    assert (other_trainee.split.held_out.actual != trainee.split.held_out.actual).all()
    assert other.network_share == ensemble.network_share
    assert {name: values.tobytes() for name, values in other.arrays.items()} == {
        name: values.tobytes() for name, values in ensemble.arrays.items()
    }


def test_what_happened_just_before_the_held_out_weeks_does_change_the_model(tables):
    held_from = JOB.monday - timedelta(weeks=JOB.settings.holdout_weeks)
    last = pl.col("week_start") == held_from - timedelta(weeks=1)
    changed = tables.shipments.with_columns(
        pl.when(last).then(pl.col("units") * 2 + 9).otherwise(pl.col("units")).alias("units")
    )

    assert (
        train_ensemble(replace(tables, shipments=changed))[1].arrays["lasso_height"]
        != (train_ensemble(tables)[1].arrays["lasso_height"])
    )


def test_training_validation_and_held_out_weeks_follow_each_other_without_overlap(tables):
    past = build_features(tables, JOB.segments[0], MONDAY, 8).past
    split = split_rows(past, MONDAY, Settings(holdout_weeks=10, validation_weeks=20))
    training, validation = split.learning.weeks[split.is_training], split.learning.weeks[~split.is_training]

    assert training.max() < validation.min() and validation.max() < split.held_out.weeks.min()
    assert len(np.unique(validation)) == 20
    assert len(np.unique(split.held_out.weeks)) == 10
    assert split.held_out.weeks.max() == MONDAY - np.timedelta64(7, "D")


def test_too_little_history_is_a_reason_in_words(tables):
    past = build_features(tables, JOB.segments[0], MONDAY, 8).past
    weeks = np.unique(past.weeks)

    with pytest.raises(SegmentError, match="15 weeks with shipments before the hold-out of 10, at least 16 are needed"):
        split_rows(past.take(past.weeks >= weeks[-25]), MONDAY, Settings(holdout_weeks=10))


def test_a_segment_that_stopped_selling_has_no_held_out_rows_and_says_so(tables):
    past = build_features(tables, JOB.segments[0], MONDAY, 8).past

    with pytest.raises(SegmentError, match="no shipments in the last 10 weeks"):
        split_rows(past.take(past.weeks < MONDAY - np.timedelta64(70, "D")), MONDAY, Settings(holdout_weeks=10))
