from cog import BaseRunner, Input


def size():
    number = 3
    return number


class Runner(BaseRunner):
    def run(self, size: int = size()) -> str:  # error: E1113
        return "x"
