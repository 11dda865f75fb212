from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self,
        rounded: list = [round(2.5), round(3.5), round(-0.5), round(2.675, 2), round(1234.5678, 1), round(7), round(0.15, 1)],
        divided: list = [-7 // 2.0, 7 % -3.0, -7.5 % 2, 5.0 // 0.3, 1.0 // 0.1, 0.0 // 1, 1e300 % 7.3, -1e-20 % 3.0],
        powers: list = [2**-2, 10**-1, (-2) ** -1, 4**0.5, 10**-5],
        greatest: list = [max(1, 1.0), max(1.0, 1), min(1.0, 1), max([2, 2.0, True]), sorted([True, 1, 0.5])],
        sets: list = [sorted({"a", "b"} - {"b"}), sorted({1, 2} & {2}), sorted({1} ^ {2, 1, 3}, reverse=True), len({1, True, 1.0})],
        in_order: list = sorted({name.upper() for name in {"q", "p"}}) + sorted(["bb", "a", "ccc"], key=lambda text: -len(text)),
        kept: list = list(filter(lambda number: number > 1, [1, 2, 3])),
    ) -> str:
        return ""
