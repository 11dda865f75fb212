from cog import BaseRunner, Input


import os

if os.name == "nt":
    SIZE = 1
else:
    SIZE = 2


class Runner(BaseRunner):
    def run(self, size: int = SIZE) -> str:  # error: E1110
        return "x"
