from __future__ import annotations

from typing import Iterator

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, text: str = Input(), words: list[str] | None = None, later: Later = Input(default=1)) -> Iterator[str]:
        yield text


Later = int
