from typing import Literal, get_args

from cog import BasePredictor, Input

RATIOS = {f"{w}:{h}": (w, h) for w, h in [(1, 1), (4, 3), (16, 9)]}
BY_INDEX = {i: name for i, name in enumerate(["x", "y", "z"])}
PAIRS = dict(zip(["k1", "k2"], [10, 20]))
TURNED = {value: key for key, value in PAIRS.items()}
KEYS = {(1, 1): "square", None: "none", 1.5: "f", True: "t", "s": "x", 1: "one"}
Kind = Literal["a", "b"]
MIN, MAX = 1, 10
(FIRST, SECOND), THIRD = ("f", "s"), 3


class Predictor(BasePredictor):
    NAMES = ["c", "d"]

    def predict(
        self,
        ratio: str = Input(choices=list(RATIOS.keys()), default="1:1"),
        index: int = Input(choices=list(BY_INDEX)),
        pair: str = Input(choices=[*PAIRS]),
        turned: int = Input(choices=list(TURNED), default=PAIRS["k1"]),
        merged: str = Input(choices=list(RATIOS | {"custom": None}), default="custom"),
        area: int = Input(choices=[w * h for w, h in RATIOS.values()], default=1),
        keys: list = list(KEYS.values()),
        more: dict = dict([("q", 1)], r=2),
        kind: str = Input(choices=list(get_args(Kind)), default=get_args(Kind)[1]),
        mapped: list = list(map(str, range(3))) + [*map(int, ["1", "2"])],
        unpacked: int = Input(ge=MIN, le=MAX, default=THIRD),
        second: str = SECOND,
        sliced: list = [[1, 2, 3][::2], [1, 2, 3][::-1], [1, 2, 3][-100:2], [1, 2, 3][5:], "abc"[::-1], (1, 2)[True:]],
        zipped: list = [list(pair) for pair in zip("abc", (1, 2))],
        own: str = Input(choices=[name for name in NAMES]),
        same: list = [{"a": [1]} == {"a": [1]}, {1, 2} == {2, 1}, {1: 2} == {1: 3}, (chosen := 5)],
    ) -> str:
        return ""
