from cog import BaseRunner, Input


SIZES = [1, 2]
SIZES.append(3)
TABLE = {"a": 1}
TABLE["b"] = 2


class Runner(BaseRunner):
    def run(self, size: int = Input(choices=SIZES), key: str = Input(choices=TABLE)) -> str:  # error: E1110
        return "x"
