import enum
from typing import Final

from cog import BasePredictor, Input

WORDS = ["pear", "fig", "apple"]
TABLE = {"b": 2, "a": 1, **{"c": 3}}
PAIR = (1, 2)
DEEP = {"x": [{"y": (1, 2.5, None, True)}]}
LIMIT: Final[int] = 0x_FF
COPY = WORDS


class Level(enum.IntEnum):
    LOW = enum.auto()
    HIGH = 10
    HIGHER = enum.auto()
    SAME = 10


class Tone(enum.StrEnum):
    WARM = enum.auto()
    COLD = "cool"


def twice(value, times=2, *, extra=0):
    return value * times + extra


class Predictor(BasePredictor):
    def predict(
        self,
        arithmetic: list[float] = [7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 / 2, 2**10, 1 << 4, 255 >> 2, 6 & 3, 6 | 3, 6 ^ 3, ~5, -(-3), +4],
        floats: list[float] = [0.1 + 0.2, 1e3, 1e-7, 1.5 * 2, 2**0.5, 7.5 // 2, 1_000.5, 5e-324, 0.1 * 3],
        compared: list[bool] = [1 < 2 <= 2, "a" in "cat", 2 in PAIR, "a" not in TABLE, 1 == 1.0, None is None, not [], bool(3 > 2 and "x" or 0), False == 0],
        words: list[str] = [*WORDS, "x" if len(WORDS) > 2 else "y", WORDS[-1], WORDS[0][1], "abc"[1:], "abcdef"[1:-2]],
        sliced: list[str] = WORDS[1:] + WORDS[:1],
        ordered: list[str] = sorted(set(WORDS)) + list(reversed(WORDS)) + sorted(TABLE),
        numbers: list[int] = [len(WORDS), len({1, 1, 2}), min(3, 1, 2), max([4, 9]), sum(PAIR), abs(-3), int("12"), int(2.9), LIMIT, True + 1],
        ranged: list[int] = list(range(3)) + list(range(1, 10, 3)) + list(range(3, 0, -1)),
        texts: list[str] = [str(3), str(1.5), str(True), f"{1 + 1}-{WORDS[0]}!", "a" "b" f"{3}", "%" "s", ",".join(WORDS), "x,y".split(",")[1], " a b ".strip(), "a-b".replace("-", "+"), "ab".upper(), "aB cd".title(), "Ab".lower()],
        tables: list[str] = list(TABLE) + list(TABLE.keys()) + [k for k, v in TABLE.items() if v > 1] + [str(v) for v in TABLE.values()],
        got: list[int] = [TABLE["a"], TABLE.get("z", 7), DEEP["x"][0]["y"][0], dict(q=4)["q"]],
        level: int = Input(choices=list(Level), default=Level.HIGHER),
        levels: list[int] = [int(level) for level in Level],
        tone: str = Input(choices=[t.value for t in Tone], default=Tone.WARM),
        by_value: str = Tone("cool"),
        names: list[str] = [m.name for m in Level],
        called: list[int] = [twice(3), twice(3, 4), twice(value=1, times=5, extra=2)],
        nested: list[str] = [a + b for a in "ab" for b in ["1", "2"] if not (a == "b" and b == "1")],
        deep: dict = DEEP["x"][0],
        copied: str = Input(choices=COPY),
        raw: str = r"\d\n" + b"".hex() if False else r"\d\n",
        escaped: str = "\x41\u00e9\N{SNOWMAN}\101\t\\",
        many: str = "=" * 10,
    ) -> str:
        return ""
