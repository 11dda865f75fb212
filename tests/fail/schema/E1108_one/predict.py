from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, text, count: int = 1, more=Input()) -> str:  # error: E1108
        return "x"
