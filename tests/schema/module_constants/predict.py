import cog

SIZES = [64, 128, 256]
MORE = SIZES + [512]
STYLES = {"oil": object(), "ink": object()}
PREFIX = "the "
LIMIT = 2 ** 32 - 1
HALF = LIMIT // 2
RATIO = 3 / 4
NAME = f"{PREFIX}name of {len(SIZES)}"


class Predictor(cog.BasePredictor):
    CLASS_LEVEL = 5

    def predict(
        self,
        size: int = cog.Input(choices=MORE, default=MORE[-1]),
        style: str = cog.Input(choices=list(STYLES.keys()), default="oil"),
        other: str = cog.Input(choices=sorted(STYLES)),
        seed: int = cog.Input(default=HALF, le=LIMIT, ge=-1),
        ratio: float = cog.Input(default=RATIO, description=PREFIX + "ratio" " of it"),
        name: str = NAME,
        level: int = CLASS_LEVEL,
        long: str = "ab" * 3,
    ) -> str:
        return name
