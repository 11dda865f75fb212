from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, text: "str", number: "Number" = Input(ge=0), words: "list[str]" = ["a"]) -> "Text":
        return text


Number = float
Text = str
