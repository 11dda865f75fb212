from typing import Any, List, Optional

from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(
        self,
        words: list[str],
        numbers: List[int] = Input(default=[1, 2, 3]),
        images: list[Path] = Input(description="several"),
        some: Optional[list[float]] = None,
        bare: list = [],
        old: List = Input(),
        tables: list[dict] = Input(default=[{"a": 1}]),
        typed: list[dict[str, int]] | None = Input(default=None),
        anything: List[Any] = Input(default=[]),
    ) -> List[str]:
        return words
