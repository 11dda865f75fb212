from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self, text: str = "hello", count: int = 3, ratio: float = 1, flag: bool = False, big: int = 2**40) -> int:
        return count
