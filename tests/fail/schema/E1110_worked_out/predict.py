from cog import BaseRunner, Input


SIZE = 1
for SIZE in range(3):
    pass
STEPS = 2
STEPS += 1


class Runner(BaseRunner):
    def run(self, size: int = SIZE, steps: int = STEPS) -> str:  # error: E1110
        return "x"
