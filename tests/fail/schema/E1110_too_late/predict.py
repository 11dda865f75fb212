from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, size: int = SIZE) -> str:  # error: E1110
        return "x"


SIZE = 3
