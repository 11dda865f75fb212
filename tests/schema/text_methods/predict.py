from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self,
        titles: list = ["a_b c-d x1y it's".title(), "HELLO world".capitalize(), "".capitalize()],
        stripped: list = ["\x0b a \x1f".strip(), "..a..".lstrip("."), "a\u00a0".rstrip(), "xxaxx".strip("x")],
        parts: list = ["a\x0bb\x1cc d".split(), "one\ntwo\n".splitlines(), "a,b,,c".split(",")],
        cut: list = ["abc".removeprefix("ab"), "abc".removesuffix("bc"), "abc".removesuffix("x")],
        中a: int = 1,
        ßx: str = "",
    ) -> str:
        return ""
