from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(ge=1),  # error: E1115
        b: int = Input(max_length=3),  # error: E1115
        c: int = Input(regex="x"),  # error: E1115
        d: float = Input(choices=[1.5, 2.5]),  # error: E1115
        e: str = Input(accept="image/*"),  # error: E1115
        f: int | str = Input(ge=1),  # error: E1115
    ) -> str:
        return ""
