from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, more: int = Input(ge=123456789012345678901234567890123456789012)) -> str:  # error: E1113
        return "x"
