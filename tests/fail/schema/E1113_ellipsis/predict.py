from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, size: int = Input(...)) -> str:  # error: E1113
        return "x"
