from cog import BaseRunner, Input


def size():
    number = 0
    for step in range(3):
        number += step
    return number


class Runner(BaseRunner):
    def run(self, size: int = size()) -> str:  # error: E1113
        return "x"
