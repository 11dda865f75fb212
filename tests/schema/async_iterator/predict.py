from typing import AsyncIterator

from cog import BasePredictor


class Predictor(BasePredictor):
    async def setup(self) -> None:
        pass

    async def predict(self, count: int = 2) -> AsyncIterator[str]:
        for _ in range(count):
            yield "x"
