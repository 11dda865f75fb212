from typing import Optional
from cog import BaseRunner, Input


ONE = Optional["TWO"]
TWO = Optional["ONE"]  # error: E1102


class Runner(BaseRunner):
    def run(self, text: "ONE") -> str:
        return ""
