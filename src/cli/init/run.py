from cog import BaseRunner, Input


class Runner(BaseRunner):
    def setup(self) -> None:
        """Load the model into memory, so that predictions are fast."""

    def run(self, s: str = Input(description="A text to greet")) -> str:
        """Run one prediction."""
        return "hello " + s
