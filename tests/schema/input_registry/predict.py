from dataclasses import dataclass

from cog import BasePredictor, Input


@dataclass(frozen=True)
class Inputs:
    prompt = Input(description="What to draw")
    seed = Input(default=3, ge=0)

    @staticmethod
    def steps(default: int, most: int = 100):
        return Input(default=default, ge=1, le=most)


COMMON = {"description": "shared", "default": "x"}


class Predictor(BasePredictor):
    def predict(
        self,
        prompt: str = Inputs.prompt,
        seed: int = Inputs.seed,
        steps: int = Inputs.steps(20),
        more: int = Inputs.steps(default=5, most=10),
        shared: str = Input(**COMMON),
    ) -> str:
        return prompt
