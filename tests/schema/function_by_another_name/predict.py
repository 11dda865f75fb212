async def answer(question: str, *, _unused=None) -> str:
    return question


def ask(question: str = "why", times: int = 1) -> list[str]:
    return [question] * times
