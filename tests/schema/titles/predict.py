from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self, num_outputs: int, x2y: int, SDXL_lora: str, _a__b: str, größe: str, camelCase: str, x_1st: int) -> str:
        return ""
