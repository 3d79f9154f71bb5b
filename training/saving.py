"""Models as MLflow keeps them: saved with the code that runs them, and loaded again."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from datetime import date
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, Schema
from numpy.typing import NDArray

from training import model as model_code
from training.model import ARRAYS, FACTS, PRODUCT, STORE, Ensemble
from training.tables import SegmentError


def save_model(ensemble: Ensemble, folder: Path, *, segment_id: str, as_of: date) -> None:
    """Write an ensemble in MLflow's format, without pickle; the same ensemble gives the same bytes anywhere."""
    if folder.exists():
        shutil.rmtree(folder)
    # MLflow would stamp the model with the time and a random id, and the same training would look like a new model.
    description = Model(
        utc_time_created=f"{as_of} 00:00:00.000000", model_uuid=uuid.uuid5(uuid.NAMESPACE_URL, segment_id).hex
    )
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        # An example of the input would put sales figures into the model's folder.
        warnings.filterwarnings("ignore", message=".*input example was not provided")
        ensemble.save(Path(scratch))
        mlflow.pyfunc.save_model(
            str(folder),
            python_model=model_code.__file__,
            artifacts={"arrays": str(Path(scratch) / ARRAYS), "facts": str(Path(scratch) / FACTS)},
            pip_requirements=[f"{package.__name__}=={package.__version__}" for package in (np, pd)]
            + [f"mlflow-skinny=={mlflow.__version__}"],
            signature=_signature(ensemble),
            mlflow_model=description,
        )
    _forget_paths(folder)


def load_forecasts(folder: Path, frame: pd.DataFrame) -> NDArray[np.float64]:
    """Forecast a frame's rows with a saved model.

    Raises SegmentError when the model cannot be loaded, does not fit the frame or forecasts what is not a number.
    """
    try:
        forecasts = np.asarray(mlflow.pyfunc.load_model(str(folder.resolve())).predict(frame), dtype=np.float64)
    except Exception as error:  # a model comes with code of its own, which may raise anything
        raise SegmentError(f"the model cannot be used: {type(error).__name__}: {_first_line(error)}") from error
    if forecasts.shape != (len(frame),) or not np.isfinite(forecasts).all():
        raise SegmentError("the model cannot be used: it does not forecast one number for each row")
    return forecasts


def _signature(ensemble: Ensemble) -> ModelSignature:
    columns = [ColSpec("double", name) for name in ensemble.features]
    return ModelSignature(
        Schema([*columns, ColSpec("string", STORE), ColSpec("string", PRODUCT)]), Schema([ColSpec("double")])
    )


def _forget_paths(folder: Path) -> None:
    """Take the paths of this machine out of the model's description; MLflow reads its files beside it."""
    description = Model.load(str(folder))
    flavor = description.flavors["python_function"]
    flavor["model_code_path"] = Path(flavor["model_code_path"]).name
    for artifact in flavor["artifacts"].values():
        artifact["uri"] = artifact["path"]
    description.save(str(folder / "MLmodel"))


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:300]
