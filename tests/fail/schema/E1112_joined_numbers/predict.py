from cog import ConcatenateIterator
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, text: str) -> ConcatenateIterator[int]:  # error: E1112
        return "x"
