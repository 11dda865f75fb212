from cog import BasePredictor, Input

NAMES = ["x", "it's", 'b"q', "a\\b\n"]
TABLE = {"k": [1, 2.50, None], "t": (1,)}


class Predictor(BasePredictor):
    def predict(
        self,
        shown: str = f"{NAMES}, {TABLE}, {tuple(NAMES)}, {NAMES!r}, {1e-7}, {-0.0}, {()}",
        numbers: str = f"{1234567:,} {-1234:,} {0.12345:.2%} {2.5:.0f} {3.5:.0f} {0.125:.2f} {1:.1f} {12:,d} {3:d}",
        percent: str = "%s-%r-%.2f%%, %d" % ("a", "b", 1.005, 3),
        percent_one: str = "%s" % NAMES[0],
        braces: str = "{0} {1} {0} {{x}} {n:.1f}".format("a", 2, n=3) + "{} {}".format(NAMES, TABLE["k"]),
        plain: str = str(NAMES) + str(1.0) + str(None) + str(TABLE),
        nested: str = f"{TABLE['k'][0]:d}{'-' * 3}{'x'!s}{{}}" "z" rf"\{1}",
    ) -> str:
        return ""
