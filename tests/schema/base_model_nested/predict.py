from cog import BaseModel, BasePredictor


class Point(BaseModel):
    x: int
    y: int


class Output(BaseModel):
    start: Point
    all_points: list[Point]


class Predictor(BasePredictor):
    def predict(self, text: str) -> Output:
        return Output(start=Point(x=1, y=2), all_points=[])
