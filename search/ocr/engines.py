"""The engines of PaddleOCR's models: onnxruntime or Paddle."""

import os
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from paddleocr import TextDetection, TextRecognition

SMALLEST_SIDE = 32  # pixels


def engine_arguments(engine: str | None) -> dict[str, Any]:
    """Return the arguments for PaddleOCR's classes of models."""
    if engine != "onnxruntime":
        # oneDNN's cache of 300 MB is useless, because nearly every input has another shape.
        return {"engine": engine, "cpu_threads": len(os.sched_getaffinity(0)), "mkldnn_cache_capacity": 1}
    threads = int(os.environ.get("OMP_NUM_THREADS") or len(os.sched_getaffinity(0)))
    # To look for a GPU, PaddleOCR would import Paddle, which takes 230 MB.
    return {"engine": engine, "engine_config": {"intra_op_num_threads": threads}, "device": "cpu"}


def return_memory_after_runs(model: "TextDetection | TextRecognition") -> None:
    """Let a model on onnxruntime give back the memory of its arena after each run, except what the results occupy.

    Otherwise the arena keeps the memory of the largest picture. Without arena, a picture in a new size takes half as
    much memory again, and up to twice the time.
    """
    runner = model.paddlex_predictor.runner
    if hasattr(runner, "session"):
        runner.session = _Session(runner.session)


def return_memory_of_results(model: "TextDetection | TextRecognition") -> None:
    """Let a model give back what the results of its last run occupied."""
    session = getattr(model.paddlex_predictor.runner, "session", None)
    if session is not None:
        session.run_smallest()


class _Session:
    """A session of onnxruntime, as far as PaddleOCR uses it."""

    def __init__(self, session: Any) -> None:
        from onnxruntime import RunOptions

        self._session = session
        self._options = RunOptions()
        self._options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def run(self, outputs: Any, inputs: Any) -> Any:
        return self._session.run(outputs, inputs, self._options)

    def run_smallest(self) -> None:
        """Run on a black picture, because the arena is shrunk only at the end of a run."""
        (picture,) = self._session.get_inputs()
        _, channels, height, _ = picture.shape
        height = height if isinstance(height, int) else SMALLEST_SIDE
        self.run(None, {picture.name: np.zeros((1, channels, height, SMALLEST_SIDE), np.float32)})
