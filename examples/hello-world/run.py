"""Says hello."""

import emoji
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, name: str = Input(description="Who is greeted")) -> str:
        """Run one prediction."""
        return emoji.emojize(f"hello {name} :waving_hand:")
