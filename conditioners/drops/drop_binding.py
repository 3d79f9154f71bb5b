"""The blob trigger's argument as a name alone: the Functions host hands over a reference, never the content.

This is the worker's "SDK type" binding (azurefunctions-extensions-base): a parameter annotated with an SdkType makes
the host send a ModelBindingData, a small JSON with the container's and the blob's name.
"""

from __future__ import annotations

import json
from typing import Any

from azurefunctions.extensions.base import Datum, InConverter, SdkType

SOURCE = "AzureStorageBlobs"


class RawDrop(SdkType):  # type: ignore[misc]
    """A blob that landed."""

    def __init__(self, *, data: Any) -> None:
        super().__init__(data=data)
        if data.source != SOURCE:
            raise ValueError(f"a blob trigger's reference comes from {SOURCE}, not {data.source!r}")
        reference = json.loads(data.content)
        self.container: str = reference["ContainerName"]
        self.path: str = reference["BlobName"]

    def get_sdk_type(self) -> RawDrop:
        """The value that the function gets."""
        return self


class RawDropConverter(InConverter, binding="blob", trigger="blobTrigger"):  # type: ignore[misc, call-arg]
    """Makes RawDrops; the worker finds it by the binding's name."""

    @classmethod
    def check_input_type_annotation(cls, pytype: type) -> bool:
        """Whether a parameter with this annotation is ours."""
        return issubclass(pytype, RawDrop)

    @classmethod
    def decode(cls, data: Datum | None, *, trigger_metadata: Any, pytype: type) -> RawDrop | None:
        """The drop that a reference names."""
        if data is None or data.type is None:
            return None
        if data.type != "model_binding_data":
            raise ValueError(f"a blob trigger's reference was expected, not {data.type}")
        return RawDrop(data=data.value)
