from cog import BaseModel, BasePredictor


class Common(BaseModel):
    seconds: float


class Output(Common):
    text: str


class Predictor(BasePredictor):
    def predict(self, text: str) -> Output:
        return Output(text=text, seconds=1.0)
