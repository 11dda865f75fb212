from typing import Iterator

from cog import BasePredictor, Path


class Predictor(BasePredictor):
    def predict(self, count: int) -> Iterator[Path]:
        yield Path("x")
