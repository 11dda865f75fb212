from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: int = Input(ge="1"),  # error: E1114
        b: str = Input(description=3),  # error: E1114
        c: str = Input(min_length=-1),  # error: E1114
        d: str = Input(deprecated="yes"),  # error: E1114
    ) -> str:
        return ""
