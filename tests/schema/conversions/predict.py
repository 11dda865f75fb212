from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self,
        whole: int = Input(default=3.0),
        text: int = Input(default="12"),
        flag: int = Input(default=True),
        ratio: float = Input(default=1, ge=0),
        digits: float = Input(default="0.25"),
        truth: bool = Input(default=1),
        small: float = 1e-7,
        tuple_: list[int] = (1, 2),
        positional: str = Input("first", description="the default has no name"),
    ) -> float:
        return ratio
