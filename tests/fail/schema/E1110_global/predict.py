from cog import BaseRunner, Input


SIZE = 3


def change():
    global SIZE
    SIZE = 4


class Runner(BaseRunner):
    def run(self, size: int = SIZE) -> str:  # error: E1110
        return "x"
