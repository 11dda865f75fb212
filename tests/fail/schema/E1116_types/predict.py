from cog import BaseRunner, Path, Input


class Runner(BaseRunner):
    def run(
        self,
        a: int = "x",  # error: E1116
        b: str = 3,  # error: E1116
        c: int = 1.5,  # error: E1116
        d: list[int] = ["x"],  # error: E1116
        e: bool = "yes",  # error: E1116
        f: list[str] = "abc",  # error: E1116
    ) -> str:
        return ""
