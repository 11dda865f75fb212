from cog import BasePredictor, Input


class Predictor(BasePredictor):
    SIZES = [1, 2, 3]

    def _answer(self, size: int = Input(choices=SIZES, default=2), text: str = Input(default="x")) -> str:
        return text

    predict = _answer


Main = Predictor

if __name__ == "__main__":
    Main = None
