from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, size: int = Input(choices=[n for n in range(500) for m in range(500)])) -> str:  # error: E1102
        return "x"
