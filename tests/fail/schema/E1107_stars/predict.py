from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, *args: int, **kwargs: int) -> str:  # error: E1107
        return "x"
