from typing import Iterator
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, text: str) -> Iterator:  # error: E1111
        return "x"
