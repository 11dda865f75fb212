from cog import BasePredictor, Input

BASE = {"a": {"size": 1}, "b": {"size": 20}, "c": {"size": 300}}
NAMES = [f"{name}-{entry['size']}" for name, entry in BASE.items()]


class Predictor(BasePredictor):
    def predict(
        self,
        name: str = Input(choices=NAMES, default=NAMES[0]),
        large: str = Input(choices=[key for key in BASE if BASE[key]["size"] > 10]),
        power: int = Input(choices=[2**i for i in range(3, 7)], default=2**3),
        joined: str = Input(default=", ".join(BASE), description="one of " + ", ".join(n.upper() for n in NAMES)),
    ) -> str:
        return name
