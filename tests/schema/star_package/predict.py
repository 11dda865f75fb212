from cog import BasePredictor, Input
from pk import *
class Predictor(BasePredictor):
    def predict(self, a: str = Input(choices=NAMES)) -> str: ...
