from cog import BaseModel, BasePredictor, Path, Secret


class Output(BaseModel):
    text: str
    score: float
    image_file: Path
    key: Secret
    anything: dict


class Predictor(BasePredictor):
    def predict(self, text: str) -> Output:
        return Output(text=text, score=0.5)
