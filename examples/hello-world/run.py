"""Says hello."""

import emoji
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, s: str = Input(description="What is greeted; `:wave:` and the like become emoji")) -> str:
        """Run one prediction."""
        return emoji.emojize(f"hello {s}", language="alias")
