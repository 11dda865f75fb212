from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self,
        code: str = Input(default="ab12", min_length=2, max_length=8, regex=r"^[a-z]+\d*$"),
        name: str = Input(min_length=1),
    ) -> str:
        return code + name
