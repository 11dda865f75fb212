import collections.abc

from cog import AsyncConcatenateIterator, BasePredictor


class Predictor(BasePredictor):
    async def predict(self, text: str) -> AsyncConcatenateIterator[str]:
        yield text

    def more(self) -> collections.abc.Iterator[str]:
        yield ""
