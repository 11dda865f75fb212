import library
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, name: str = Input(choices=["a", library.NAME])) -> str:  # error: E1113
        return "x"
