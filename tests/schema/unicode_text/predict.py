from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, text: str = Input(default="käse ☃ \n\t\"x\"", description="""Ein Text,
    über zwei Zeilen""")) -> str:
        return text
